/*
 * Claims about the path resolver, on a small tree in a temporary directory. The whole list runs twice: with
 * openat2(2), and with openat2(2) hidden by a seccomp filter, so that the resolver in user space has to
 * answer the same. Needs no privileges.
 */
#include "cleanup.h"
#include "path_in_root.h"
#include "plan_format.gen.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define OPENAT2_NUMBER 437

static int failed;
static int passed;

static void check(const char *claim, bool holds) {
  if (holds) {
    passed++;
    return;
  }
  failed++;
  (void)printf("FAILED: %s\n", claim);
}

/* root/{dir/sub,file,abs -> /dir,up -> ../../../dir,dangling -> /made/here,loop -> loop} beside a canary. */
static int make_tree(char *base) {
  if (mkdtemp(base) == NULL || chdir(base) < 0) abort();
  bool made = mkdir("outside", 0755) == 0 && mkdir("root", 0755) == 0 && mkdir("root/dir", 0755) == 0 &&
              mkdir("root/dir/sub", 0755) == 0 && symlink("/dir", "root/abs") == 0 &&
              symlink("../../../dir", "root/up") == 0 && symlink("/made/here", "root/dangling") == 0 &&
              symlink("loop", "root/loop") == 0 && symlink("../outside", "root/escape") == 0 &&
              symlink("../abs/sub", "root/dir/chain") == 0;
  CLEANUP_FD int file = open("root/file", O_WRONLY | O_CREAT | O_EXCL, 0644);
  int root = open("root", O_PATH | O_DIRECTORY);
  if (!made || file < 0 || root < 0) abort();
  return root;
}

/* Does the descriptor name the inode at `path` below the base? */
static bool is_at(int fd, const char *path) {
  CLEANUP_FD int wanted = open(path, O_PATH | O_NOFOLLOW);
  CLEANUP_FD int found = fd;
  return found >= 0 && wanted >= 0 && path_is_same(found, wanted);
}

static bool fails_with(int fd, int error) {
  int found = errno;
  CLEANUP_FD int opened = fd;
  return opened < 0 && found == error;
}

static bool is_empty(const char *path) {
  return rmdir(path) == 0 && mkdir(path, 0755) == 0;
}

static void check_existing(int root) {
  static const struct {
    const char *path;
    const char *found;
  } cases[] = {
      {"/", "root"},
      {"", "root"},
      {"/..", "root"},
      {"/../..", "root"},
      {"dir", "root/dir"},
      {"/dir/./", "root/dir"},
      {"//dir//sub", "root/dir/sub"},
      {"/dir/..", "root"},
      {"/abs", "root/dir"},
      {"/up", "root/dir"},
      {"/up/sub", "root/dir/sub"},
      {"/file", "root/file"},
      {"/dir/chain", "root/dir/sub"},
      {"/dir/chain/..", "root/dir"},
      {"/abs/../file", "root/file"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
    check(cases[i].path, is_at(path_open(root, cases[i].path, PATH_MODE_IN_ROOT), cases[i].found));
  check("missing", fails_with(path_open(root, "/nothing", PATH_MODE_IN_ROOT), ENOENT));
  check("loop", fails_with(path_open(root, "/loop", PATH_MODE_IN_ROOT), ELOOP));
  check("below a file", fails_with(path_open(root, "/file/x", PATH_MODE_IN_ROOT), ENOTDIR));
  check("outside", fails_with(path_open(root, "/escape", PATH_MODE_IN_ROOT), ENOENT));
  check("no links", fails_with(path_open(root, "/abs", PATH_MODE_NO_SYMLINKS), ELOOP));
  check("no links on the way", fails_with(path_open(root, "/abs/sub", PATH_MODE_NO_SYMLINKS), ELOOP));
  check("no links needed", is_at(path_open(root, "/dir/sub", PATH_MODE_NO_SYMLINKS), "root/dir/sub"));
}

static void check_making(int root) {
  check("make directories",
        is_at(path_make_directory(root, "/a/b/c", PATH_MODE_IN_ROOT, 0700), "root/a/b/c"));
  struct stat status;
  check("with the permissions", stat("root/a/b", &status) == 0 && (status.st_mode & 0777) == 0700);
  check("what exists", is_at(path_make_directory(root, "/abs/sub", PATH_MODE_IN_ROOT, 0700), "root/dir/sub"));
  check("through a dangling link",
        is_at(path_make_directory(root, "/dangling/x", PATH_MODE_IN_ROOT, 0755), "root/made/here/x"));
  check("never outside",
        is_at(path_make_directory(root, "/escape/x", PATH_MODE_IN_ROOT, 0755), "root/outside/x"));
  check("and never above",
        is_at(path_make_directory(root, "/../../top/../top2", PATH_MODE_IN_ROOT, 0755), "root/top2"));
  check("make a file", is_at(path_make_file(root, "/f/g", PATH_MODE_IN_ROOT), "root/f/g"));
  check("that is a file", stat("root/f/g", &status) == 0 && S_ISREG(status.st_mode));
  check("a link is in the way",
        fails_with(path_make_directory(root, "/abs/new", PATH_MODE_NO_SYMLINKS, 0755), ELOOP));
  check("a file is in the way",
        fails_with(path_make_directory(root, "/file/x", PATH_MODE_IN_ROOT, 0755), ENOTDIR));
  check("the canary is untouched", is_empty("outside"));
}

static void check_parents(int root) {
  char name[NAME_MAX + 1] = "";
  check("parent", is_at(path_make_parent(root, "/dir/x", name), "root/dir") && strcmp(name, "x") == 0);
  check("trailing slash",
        is_at(path_make_parent(root, "/up/y/", name), "root/dir") && strcmp(name, "y") == 0);
  check("missing parent", is_at(path_make_parent(root, "/p/q/r", name), "root/p/q"));
  check("the root has none", fails_with(path_make_parent(root, "/", name), EINVAL));
  check("dots are no name", fails_with(path_make_parent(root, "/dir/..", name), EINVAL));
  check("a file opened for real",
        is_at(path_open_file(root, "/abs/../file", O_RDONLY, PATH_MODE_IN_ROOT), "root/file"));
  check("the host", is_at(path_open_host_directory("/"), "/"));
  char deep[2 * PATH_MAX];
  memset(deep, 'x', sizeof deep);
  deep[sizeof deep - 1] = '\0';
  check("too long", fails_with(path_open(root, deep, PATH_MODE_IN_ROOT), ENAMETOOLONG));
  deep[NAME_MAX + 1] = '\0';
  check("name too long", fails_with(path_make_directory(root, deep, PATH_MODE_IN_ROOT, 0755), ENAMETOOLONG));
}

static void hide_openat2(void) {
  struct sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OPENAT2_NUMBER, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  struct sock_fprog program = {sizeof code / sizeof code[0], code};
  bool hidden = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
  check("openat2 is hidden", hidden);
}

static void run_all(void) {
  char base[] = "/tmp/path_in_root_test.XXXXXX";
  CLEANUP_FD int root = make_tree(base);
  (void)umask(0);
  check_existing(root);
  check_making(root);
  check_parents(root);
  char command[sizeof base + 16];
  (void)snprintf(command, sizeof command, "rm -rf %s", base);
  if (chdir("/") < 0 || system(command) != 0) abort();
}

int main(void) {
  run_all();
  hide_openat2();
  run_all();
  (void)printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
