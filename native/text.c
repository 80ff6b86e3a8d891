#include "text.h"

#include <string.h>

struct text text_begin(char *buffer, size_t size) {
  buffer[0] = '\0';
  return (struct text){buffer, size, 0, false};
}

void text_append_bytes(struct text *text, const char *bytes, size_t length) {
  size_t room = text->size - text->length - 1;
  if (length > room) {
    length = room;
    text->truncated = true;
  }
  memcpy(text->buffer + text->length, bytes, length);
  text->length += length;
  text->buffer[text->length] = '\0';
}

void text_append(struct text *text, const char *string) {
  text_append_bytes(text, string, strlen(string));
}

/* `base` is 8 or 10; 22 octal digits hold 64 bits. */
void text_append_number(struct text *text, uint64_t value, unsigned base) {
  char digits[22];
  size_t start = sizeof digits;
  do {
    digits[--start] = (char)('0' + value % base);
    value /= base;
  } while (value != 0);
  text_append_bytes(text, digits + start, sizeof digits - start);
}
