#include "path_in_root.h"

#include "cleanup.h"
#include "kernel.h"
#include "plan_format.gen.h"

#include <string.h>
#include <sys/stat.h>

enum {
  /* openat2(2) says EAGAIN when a rename or a mount raced with "..". An attacker can cause some, not many. */
  MAX_RACES = 1000,
  /* As many as the kernel follows. */
  MAX_LINKS = 40,
  DIRECTORY_PERMISSIONS = 0755,
  FILE_PERMISSIONS = 0644,
};

/* What to do with components that do not exist. */
enum missing { MISSING_IS_ERROR, MISSING_IS_DIRECTORY, MISSING_IS_FILE };

struct want {
  enum missing missing;
  bool no_symlinks;
  /* Stop at the directory of the last component and leave that one in `name`. */
  bool parent_only;
  mode_t permissions;
};

/*
 * A resolver in user space. It makes what is missing, which openat2(2) cannot, and it stands in where a
 * seccomp filter around us hides openat2(2).
 *
 * Each step opens one component relative to a held descriptor with O_NOFOLLOW and then looks at what it
 * got, so whoever renames things in the meantime cannot lead it through a symlink that was not seen. A
 * symlink is followed by its text: an absolute one starts again at the root, ".." never goes above the root.
 * That is how runc creates mount points behind dangling links, minus the second look at a joined string
 * that CVE-2021-30465 and CVE-2024-45310 used.
 */
struct walk {
  int root;
  int at;
  unsigned links;
  /* Where `at` is below the root, free of symlinks, for "..". */
  size_t done_length;
  char done[PATH_MAX];
  /* What is left, ending at the end of the buffer, so that a symlink's text can be put before it. */
  char *next;
  char name[NAME_MAX + 1];
  char todo[2 * PATH_MAX];
};

static int fail_with(int error) {
  errno = error;
  return -1;
}

static int set_position(struct walk *walk, int fd) {
  if (fd < 0) return -1;
  close_fd(&walk->at);
  walk->at = fd;
  return 0;
}

static int go_to_root(struct walk *walk) {
  walk->done_length = 0;
  return set_position(walk, fcntl(walk->root, F_DUPFD_CLOEXEC, 3));
}

static int begin(struct walk *walk, int root, const char *path) {
  size_t length = strlen(path);
  walk->root = root;
  walk->at = -1;
  walk->links = 0;
  if (length >= PATH_MAX) return fail_with(ENAMETOOLONG);
  walk->next = walk->todo + sizeof walk->todo - length - 1;
  memcpy(walk->next, path, length + 1);
  return go_to_root(walk);
}

/* Moves the next component into `name`. 1: there was one, 0: the path is used up. */
static int next_component(struct walk *walk) {
  walk->next += strspn(walk->next, "/");
  size_t length = strcspn(walk->next, "/");
  if (length == 0) return 0;
  if (length > NAME_MAX) return fail_with(ENAMETOOLONG);
  memcpy(walk->name, walk->next, length);
  walk->name[length] = '\0';
  walk->next += length;
  return 1;
}

static bool is_last(const struct walk *walk) {
  return walk->next[strspn(walk->next, "/")] == '\0';
}

static int append_done(struct walk *walk) {
  size_t length = strlen(walk->name);
  if (walk->done_length + length + 2 > sizeof walk->done) return fail_with(ENAMETOOLONG);
  memcpy(walk->done + walk->done_length, walk->name, length + 1);
  walk->done[walk->done_length + length] = '/';
  walk->done_length += length + 1;
  return 0;
}

/*
 * ".." is taken from the path that was walked, not from the kernel: the directory may have been moved out
 * of the root since, and its parent would be out there too. Hence the walk down from the root again.
 */
static int go_up(struct walk *walk) {
  size_t length = walk->done_length;
  if (length > 0) length--;
  while (length > 0 && walk->done[length - 1] != '/')
    length--;
  if (go_to_root(walk) < 0) return -1;
  for (size_t start = 0; start < length;) {
    size_t end = start + strcspn(walk->done + start, "/");
    walk->done[end] = '\0';
    int fd = openat(walk->at, walk->done + start, O_PATH | O_NOFOLLOW | O_DIRECTORY | O_CLOEXEC);
    walk->done[end] = '/';
    if (set_position(walk, fd) < 0) return -1;
    start = end + 1;
  }
  walk->done_length = length;
  return 0;
}

/* Puts the text of the symlink before what is left. */
static int follow(struct walk *walk, int link) {
  if (++walk->links > MAX_LINKS) return fail_with(ELOOP);
  size_t room = (size_t)(walk->next - walk->todo);
  ssize_t length = readlinkat(link, "", walk->todo, room);
  if (length < 0) return -1;
  /* The kernel cuts silently, so a full buffer counts as too long. */
  if ((size_t)length + 1 > room) return fail_with(ENAMETOOLONG);
  bool absolute = length > 0 && walk->todo[0] == '/';
  walk->next -= length + 1;
  memmove(walk->next, walk->todo, (size_t)length);
  walk->next[length] = '/';
  return absolute ? go_to_root(walk) : 0;
}

/* O_EXCL and mkdirat(2) never follow a symlink; whoever was faster is fine, the caller looks at the result. */
static int create(int directory, const char *name, bool file, mode_t permissions) {
  if (!file) return mkdirat(directory, name, permissions);
  CLEANUP_FD int fd =
      openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_PERMISSIONS);
  return fd < 0 ? -1 : 0;
}

static int open_component(struct walk *walk, const struct want *want, bool last) {
  int flags = O_PATH | O_NOFOLLOW | O_CLOEXEC;
  int fd = openat(walk->at, walk->name, flags);
  for (int race = 0; fd < 0 && errno == ENOENT && want->missing != MISSING_IS_ERROR; race++) {
    bool file = last && want->missing == MISSING_IS_FILE;
    if (race > MAX_RACES) return fail_with(EAGAIN);
    if (create(walk->at, walk->name, file, want->permissions) < 0 && errno != EEXIST) return -1;
    fd = openat(walk->at, walk->name, flags);
  }
  return fd;
}

static int step(struct walk *walk, const struct want *want) {
  bool last = is_last(walk);
  if (strcmp(walk->name, ".") == 0) return 0;
  if (strcmp(walk->name, "..") == 0) return go_up(walk);
  CLEANUP_FD int fd = open_component(walk, want, last);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) < 0) return -1;
  if (S_ISLNK(status.st_mode)) return want->no_symlinks ? fail_with(ELOOP) : follow(walk, fd);
  if (!last && !S_ISDIR(status.st_mode)) return fail_with(ENOTDIR);
  if (append_done(walk) < 0) return -1;
  return set_position(walk, steal_fd(&fd));
}

/* The descriptor of the last directory or file. The name of the last component stays in `walk`. */
static int walk_path(struct walk *walk, int root, const char *path, const struct want *want) {
  int more = begin(walk, root, path);
  if (more == 0) more = next_component(walk);
  while (more == 1) {
    if (want->parent_only && is_last(walk)) break;
    more = step(walk, want) < 0 ? -1 : next_component(walk);
  }
  bool nameless = more == 0 || strcmp(walk->name, ".") == 0 || strcmp(walk->name, "..") == 0;
  if (more >= 0 && want->parent_only && nameless) more = fail_with(EINVAL);
  if (more < 0) cleanup_fd(&walk->at);
  return walk->at;
}

static int open_in_kernel(int root, const char *path, int flags, uint32_t mode) {
  uint64_t resolve = K_RESOLVE_IN_ROOT | K_RESOLVE_NO_MAGICLINKS;
  if (mode == PATH_MODE_NO_SYMLINKS) resolve |= K_RESOLVE_NO_SYMLINKS;
  int fd = -1;
  for (int race = 0; race < MAX_RACES; race++) {
    fd = RETRY_EINTR(sys_openat2(root, path, (uint64_t)flags | O_CLOEXEC, 0, resolve));
    if (fd >= 0 || errno != EAGAIN) break;
  }
  return fd;
}

/* The kernel's resolver first: for a path that exists it is one call, and it cannot be raced at all. */
static int open_or_make(int root, const char *path, uint32_t mode, enum missing missing, mode_t permissions) {
  if (path[0] == '\0') path = "/";
  int fd = open_in_kernel(root, path, O_PATH, mode);
  if (fd >= 0) return fd;
  if (errno != ENOSYS && (errno != ENOENT || missing == MISSING_IS_ERROR)) return -1;
  struct walk walk;
  struct want want = {missing, mode == PATH_MODE_NO_SYMLINKS, false, permissions};
  return walk_path(&walk, root, path, &want);
}

int path_open(int root, const char *path, uint32_t mode) {
  return open_or_make(root, path, mode, MISSING_IS_ERROR, 0);
}

int path_open_file(int root, const char *path, int flags, uint32_t mode) {
  int fd = open_in_kernel(root, path, flags, mode);
  if (fd >= 0 || errno != ENOSYS) return fd;
  struct walk walk;
  struct want want = {MISSING_IS_ERROR, mode == PATH_MODE_NO_SYMLINKS, true, 0};
  CLEANUP_FD int parent = walk_path(&walk, root, path, &want);
  if (parent < 0) return -1;
  return RETRY_EINTR(openat(parent, walk.name, flags | O_NOFOLLOW | O_CLOEXEC));
}

int path_make_directory(int root, const char *path, uint32_t mode, mode_t permissions) {
  return open_or_make(root, path, mode, MISSING_IS_DIRECTORY, permissions);
}

int path_make_file(int root, const char *path, uint32_t mode) {
  return open_or_make(root, path, mode, MISSING_IS_FILE, DIRECTORY_PERMISSIONS);
}

int path_make_parent(int root, const char *path, char name[NAME_MAX + 1]) {
  struct walk walk;
  struct want want = {MISSING_IS_DIRECTORY, false, true, DIRECTORY_PERMISSIONS};
  int parent = walk_path(&walk, root, path, &want);
  if (parent >= 0) memcpy(name, walk.name, sizeof walk.name);
  return parent;
}

int path_open_host_directory(const char *path) {
  CLEANUP_FD int host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (host < 0) return -1;
  CLEANUP_FD int fd = path_open(host, path, PATH_MODE_NO_SYMLINKS);
  struct stat status;
  if (fd < 0 || fstat(fd, &status) < 0) return -1;
  if (!S_ISDIR(status.st_mode)) return fail_with(ENOTDIR);
  return steal_fd(&fd);
}

bool path_is_same(int a, int b) {
  struct stat first;
  struct stat second;
  if (fstat(a, &first) < 0 || fstat(b, &second) < 0) return false;
  return first.st_dev == second.st_dev && first.st_ino == second.st_ino;
}
