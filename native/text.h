/* Text in a buffer of fixed size: what init needs of printf, without printf. */
#ifndef TSRUNC_TEXT_H
#define TSRUNC_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
  char *buffer;
  size_t size;
  size_t length;
  /* Something did not fit. The text is still terminated. */
  bool truncated;
};

struct text text_begin(char *buffer, size_t size);
void text_append(struct text *text, const char *string);
void text_append_bytes(struct text *text, const char *bytes, size_t length);
void text_append_number(struct text *text, uint64_t value, unsigned base);

#endif
