/* Labels of security modules: of the program, of its keys, and of mounted directories. */
#include "cleanup.h"
#include "kernel.h"
#include "ops.h"
#include "path_in_root.h"
#include "report.h"
#include "text.h"

#include <string.h>
#include <sys/xattr.h>

static void attribute_path(char *buffer, size_t size, const char *file) {
  struct text path = text_begin(buffer, size);
  text_append(&path, "self/attr/");
  text_append(&path, file);
  if (path.truncated) fail(STEP_RESOLVE_THE_PATH, ENAMETOOLONG, file);
}

/* The first of the files that exists, by its path in `path`. */
static int open_attribute(const struct machine *machine, const struct plan_strings *files, char *path,
                          size_t size) {
  struct cursor cursor = plan_strings_begin(files);
  int fd = -1;
  for (uint32_t i = 0; i < files->count && fd < 0; i++) {
    attribute_path(path, size, cursor_str(&cursor));
    fd = open_procfs(machine, path, O_RDWR);
    if (fd < 0 && errno != ENOENT) break;
  }
  return fd;
}

/*
 * A write that went anywhere else would leave the program unconfined without an error (CVE-2019-16884), so
 * the kernel is asked what it will use.
 */
static void check_attribute(int fd, const struct op_security_attribute *op, const char *path) {
  char found[4096];
  ssize_t length = RETRY_EINTR(pread(fd, found, sizeof found, 0));
  if (length < 0) fail(STEP_VERIFY_THE_RESULT, errno, path);
  size_t expected = strlen(op->expect);
  if (length == 0 || (size_t)length < expected || memcmp(found, op->expect, expected) != 0)
    fail(STEP_VERIFY_THE_RESULT, EIO, path);
}

void op_security_attribute(struct machine *machine, const struct op_security_attribute *op) {
  char path[128];
  CLEANUP_FD int fd = open_attribute(machine, &op->files, path, sizeof path);
  if (fd < 0) fail(STEP_OPEN_THE_FILE, errno, path);
  size_t length = strlen(op->value);
  ssize_t written = RETRY_EINTR(write(fd, op->value, length));
  if (written < 0) fail(STEP_SET_THE_LABEL, errno, path);
  if ((size_t)written != length) fail(STEP_SET_THE_LABEL, EIO, path);
  if (length > 0) check_attribute(fd, op, path);
}

void op_label_directory(struct machine *machine, const struct op_label_directory *op) {
  CLEANUP_FD int fd = path_open_file(root_fd(machine), op->path, O_RDONLY | O_DIRECTORY, PATH_MODE_IN_ROOT);
  if (fd < 0) fail(STEP_RESOLVE_THE_PATH, errno, op->path);
  if (fsetxattr(fd, "security.selinux", op->label, strlen(op->label) + 1, 0) < 0)
    fail(STEP_SET_THE_LABEL, errno, op->path);
}
