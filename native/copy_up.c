#include "copy_up.h"

#include "cleanup.h"
#include "kernel.h"
#include "report.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

enum { MAX_DEPTH = 128, BUFFER_SIZE = 32768, XATTR_SIZE = 4096 };

/* As getdents64(2) writes it. */
struct entry {
  uint64_t inode;
  int64_t next_offset;
  uint16_t length;
  uint8_t type;
  char name[];
};

/*
 * A stack of open directories in place of recursion. Only one buffer is shared by all levels: before going
 * down, a level remembers the offset of its next entry and reads on from there later.
 */
struct level {
  int from;
  int to;
  off_t offset;
};

static struct level levels[MAX_DEPTH];
static char names[BUFFER_SIZE] __attribute__((aligned(8)));
static char data[BUFFER_SIZE];

/* Best effort: not every attribute may be set on a tmpfs, or by us. */
static void copy_xattrs(int from, int to) {
  ssize_t length = flistxattr(from, data, sizeof data);
  for (ssize_t start = 0; start < length;) {
    const char *name = data + start;
    char value[XATTR_SIZE];
    ssize_t size = fgetxattr(from, name, value, sizeof value);
    if (size >= 0) (void)fsetxattr(to, name, value, (size_t)size, 0);
    start += (ssize_t)strlen(name) + 1;
  }
}

/* The owner before the mode, because chown(2) clears the set-id bits. */
static void copy_metadata(int from, int to, const struct stat *status, const char *name) {
  if (fchown(to, status->st_uid, status->st_gid) < 0) fail(STEP_CHANGE_THE_OWNER, errno, name);
  if (fchmod(to, status->st_mode & 07777) < 0) fail(STEP_CHANGE_THE_MODE, errno, name);
  copy_xattrs(from, to);
  struct timespec times[] = {status->st_atim, status->st_mtim};
  (void)futimens(to, times);
}

static void copy_data(int from, int to, const char *name) {
  for (;;) {
    ssize_t length = RETRY_EINTR(read(from, data, sizeof data));
    if (length < 0) fail(STEP_COPY_THE_CONTENT, errno, name);
    if (length == 0) return;
    for (ssize_t done = 0; done < length;) {
      ssize_t written = RETRY_EINTR(write(to, data + done, (size_t)(length - done)));
      if (written < 0) fail(STEP_COPY_THE_CONTENT, errno, name);
      done += written;
    }
  }
}

static void copy_file(const struct level *level, const char *name, const struct stat *status) {
  CLEANUP_FD int from = openat(level->from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (from < 0) fail(STEP_COPY_THE_CONTENT, errno, name);
  CLEANUP_FD int to = openat(level->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (to < 0) fail(STEP_COPY_THE_CONTENT, errno, name);
  copy_data(from, to, name);
  copy_metadata(from, to, status, name);
}

static void copy_symlink(const struct level *level, const char *name, const struct stat *status) {
  char target[PATH_MAX];
  ssize_t length = readlinkat(level->from, name, target, sizeof target - 1);
  if (length < 0) fail(STEP_COPY_THE_CONTENT, errno, name);
  target[length] = '\0';
  if (symlinkat(target, level->to, name) < 0) fail(STEP_CREATE_THE_SYMLINK, errno, name);
  if (fchownat(level->to, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
    fail(STEP_CHANGE_THE_OWNER, errno, name);
}

/* Device nodes cannot be made in a user namespace; one that is missing there was of no use before either. */
static void copy_node(const struct level *level, const char *name, const struct stat *status) {
  if (mknodat(level->to, name, status->st_mode, status->st_rdev) < 0) {
    warn(STEP_CREATE_THE_NODE, errno, 0, name);
    return;
  }
  if (fchownat(level->to, name, status->st_uid, status->st_gid, AT_SYMLINK_NOFOLLOW) < 0)
    fail(STEP_CHANGE_THE_OWNER, errno, name);
}

/* Makes the directory and opens both sides as the next level. Its metadata waits until it is filled. */
static void enter(const struct level *parent, struct level *child, const char *name) {
  if (mkdirat(parent->to, name, 0700) < 0) fail(STEP_CREATE_THE_DIRECTORY, errno, name);
  int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  child->from = openat(parent->from, name, flags);
  child->to = openat(parent->to, name, flags);
  child->offset = 0;
  if (child->from < 0 || child->to < 0) fail(STEP_COPY_THE_CONTENT, errno, name);
}

static bool is_dot(const char *name) {
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

/* Copies one entry. True when it is a directory that has been entered as the next level. */
static bool copy_entry(struct level *level, const struct entry *entry, size_t depth) {
  struct stat status;
  if (fstatat(level->from, entry->name, &status, AT_SYMLINK_NOFOLLOW) < 0)
    fail(STEP_COPY_THE_CONTENT, errno, entry->name);
  if (S_ISDIR(status.st_mode)) {
    if (depth + 1 >= MAX_DEPTH) fail(STEP_COPY_THE_CONTENT, ENAMETOOLONG, entry->name);
    level->offset = entry->next_offset;
    enter(level, level + 1, entry->name);
    return true;
  }
  if (S_ISREG(status.st_mode))
    copy_file(level, entry->name, &status);
  else if (S_ISLNK(status.st_mode))
    copy_symlink(level, entry->name, &status);
  else
    copy_node(level, entry->name, &status);
  return false;
}

/* Copies entries from the remembered offset on. True when a directory was entered, false at the end. */
static bool copy_entries(struct level *level, size_t depth) {
  if (lseek(level->from, level->offset, SEEK_SET) < 0) fail(STEP_COPY_THE_CONTENT, errno, NULL);
  for (;;) {
    long length = syscall(SYS_getdents64, level->from, names, sizeof names);
    if (length < 0) fail(STEP_COPY_THE_CONTENT, errno, NULL);
    if (length == 0) return false;
    for (long start = 0; start < length;) {
      const struct entry *entry = (const struct entry *)(const void *)(names + start);
      if (!is_dot(entry->name) && copy_entry(level, entry, depth)) return true;
      start += entry->length;
    }
  }
}

static void leave(struct level *level) {
  struct stat status;
  if (fstat(level->from, &status) < 0) fail(STEP_COPY_THE_CONTENT, errno, NULL);
  copy_metadata(level->from, level->to, &status, NULL);
  close_fd(&level->from);
  close_fd(&level->to);
}

void copy_up(int from, int to, const char *name) {
  /* An O_PATH descriptor cannot be read. "." is the directory itself, on whatever mount it is. */
  int flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  levels[0] = (struct level){openat(from, ".", flags), openat(to, ".", flags), 0};
  if (levels[0].from < 0 || levels[0].to < 0) fail(STEP_COPY_THE_CONTENT, errno, name);
  size_t depth = 0;
  for (;;) {
    if (copy_entries(&levels[depth], depth)) {
      depth++;
      continue;
    }
    if (depth == 0) break;
    leave(&levels[depth]);
    depth--;
  }
  close_fd(&levels[0].from);
  close_fd(&levels[0].to);
}
