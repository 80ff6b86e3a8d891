#include "no_pivot.h"

#include "cleanup.h"
#include "kernel.h"
#include "report.h"

#include <string.h>
#include <sys/mman.h>

enum { MOUNTINFO_MAX = 4 * 1024 * 1024, MAX_FIELDS = 7 };

/* Text of the kernel, so the format is as proc_pid_mountinfo(5) says: "\040" and the like in names. */
static void unescape(char *text) {
  char *out = text;
  for (const char *in = text; *in != '\0'; in++) {
    if (in[0] == '\\' && in[1] >= '0' && in[1] <= '3' && in[2] != '\0' && in[3] != '\0') {
      *out++ = (char)((in[1] - '0') << 6 | (in[2] - '0') << 3 | (in[3] - '0'));
      in += 3;
    } else {
      *out++ = *in;
    }
  }
  *out = '\0';
}

static bool is_below(const char *path, const char *directory) {
  size_t length = strlen(directory);
  if (strncmp(path, directory, length) != 0) return false;
  return path[length] == '\0' || path[length] == '/' || (length > 0 && directory[length - 1] == '/');
}

/* A mount that came locked from another user namespace cannot be removed, but something can go over it. */
static void hide(const char *mount_point) {
  if (sys_umount2(mount_point, K_MNT_DETACH) == 0) return;
  if (errno != EINVAL && errno != EPERM) fail(STEP_DETACH_THE_OLD_ROOT, errno, mount_point);
  if (sys_mount("tmpfs", mount_point, "tmpfs", K_MS_RDONLY, NULL) < 0)
    fail(STEP_DETACH_THE_OLD_ROOT, errno, mount_point);
}

/* "id parent major:minor root mount-point options [fields] - type source options" */
static void check_line(char *line, const char *rootfs) {
  /* No field before the separator is a single dash. */
  const char *separator = line;
  while (*separator != '\0' && strncmp(separator, " - ", 3) != 0)
    separator++;
  if (*separator == '\0') return;
  const char *type = separator + 3;
  if (strncmp(type, "proc ", 5) != 0 && strncmp(type, "sysfs ", 6) != 0) return;
  char *fields[MAX_FIELDS];
  size_t count = 0;
  for (char *at = line; count < MAX_FIELDS - 1 && at < separator; count++) {
    fields[count] = at;
    at += strcspn(at, " ");
    *at++ = '\0';
  }
  /* A bind of only a part of it does not let a fresh one be mounted. */
  if (count < 5 || strcmp(fields[3], "/") != 0) return;
  unescape(fields[4]);
  if (!is_below(fields[4], rootfs)) hide(fields[4]);
}

/* The whole table is read before the first mount of it is changed. */
void hide_host_filesystems(const struct machine *machine) {
  CLEANUP_FD int fd = open_procfs(machine, "self/mountinfo", O_RDONLY);
  if (fd < 0) fail(STEP_OPEN_THE_FILE, errno, "self/mountinfo");
  char *table = mmap(NULL, MOUNTINFO_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (table == MAP_FAILED) fail(STEP_ALLOCATE_MEMORY, errno, NULL);
  size_t length = 0;
  for (;;) {
    if (length >= MOUNTINFO_MAX - 1) fail(STEP_OPEN_THE_FILE, EFBIG, "self/mountinfo");
    ssize_t count = RETRY_EINTR(read(fd, table + length, MOUNTINFO_MAX - 1 - length));
    if (count < 0) fail(STEP_OPEN_THE_FILE, errno, "self/mountinfo");
    if (count == 0) break;
    length += (size_t)count;
  }
  for (char *line = table; *line != '\0';) {
    char *end = line + strcspn(line, "\n");
    char *next = *end == '\n' ? end + 1 : end;
    *end = '\0';
    check_line(line, machine->rootfs_path);
    line = next;
  }
  (void)munmap(table, MOUNTINFO_MAX);
}
