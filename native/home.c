#include "home.h"

#include "cleanup.h"

#include <string.h>

enum { PASSWD_MAX = 1024 * 1024, FIELD_UID = 2, FIELD_HOME = 5 };

/*
 * "name:password:uid:gid:comment:home:shell", one character at a time. The file belongs to the image:
 * nothing in it is trusted, and a line that is not as expected just does not match.
 */
struct scanner {
  char *home;
  size_t size;
  size_t length;
  unsigned field;
  uint64_t uid;
  bool has_uid;
  bool malformed;
};

static void begin_line(struct scanner *scanner) {
  scanner->length = 0;
  scanner->field = 0;
  scanner->uid = 0;
  scanner->has_uid = false;
  scanner->malformed = false;
}

static void scan(struct scanner *scanner, char character) {
  if (character == ':') {
    scanner->field++;
  } else if (scanner->field == FIELD_UID) {
    bool is_digit = character >= '0' && character <= '9';
    if (!is_digit || scanner->uid > UINT32_MAX)
      scanner->malformed = true;
    else
      scanner->uid = scanner->uid * 10 + (uint64_t)(character - '0');
    scanner->has_uid = true;
  } else if (scanner->field == FIELD_HOME) {
    if (scanner->length + 1 >= scanner->size || character == '\0')
      scanner->malformed = true;
    else
      scanner->home[scanner->length++] = character;
  }
}

static bool matches(const struct scanner *scanner, uint32_t uid) {
  bool complete = scanner->field >= FIELD_HOME && scanner->has_uid && !scanner->malformed;
  return complete && scanner->uid == uid && scanner->length > 0;
}

bool find_home(int fd, uint32_t uid, char *home, size_t size) {
  char chunk[512];
  struct scanner scanner = {.home = home, .size = size};
  begin_line(&scanner);
  for (size_t total = 0; total < PASSWD_MAX;) {
    ssize_t length = RETRY_EINTR(read(fd, chunk, sizeof chunk));
    if (length <= 0) break;
    total += (size_t)length;
    for (ssize_t i = 0; i < length; i++) {
      if (chunk[i] != '\n') {
        scan(&scanner, chunk[i]);
        continue;
      }
      if (matches(&scanner, uid)) {
        home[scanner.length] = '\0';
        return true;
      }
      begin_line(&scanner);
    }
  }
  /* The last line may lack its newline. */
  if (!matches(&scanner, uid)) return false;
  home[scanner.length] = '\0';
  return true;
}
