/* Terminal and standard descriptors. All of it happens inside the new root. */
#include "cleanup.h"
#include "kernel.h"
#include "mount_calls.h"
#include "ops.h"
#include "path_in_root.h"
#include "report.h"
#include "text.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/vfs.h>

enum { CONSOLE_PERMISSIONS = 0666 };

static bool is_on_devpts(int fd) {
  struct statfs system;
  return fstatfs(fd, &system) == 0 && (unsigned long)system.f_type == K_DEVPTS_SUPER_MAGIC;
}

/*
 * The multiplexer of the container's own devpts. The directory is checked before anything in it is opened,
 * since opening an arbitrary device of the image may have effects, and a file bound over the multiplexer is
 * refused (CVE-2025-52565).
 */
static int open_multiplexer(struct machine *machine) {
  struct stat status;
  CLEANUP_FD int directory = path_open(root_fd(machine), "/dev/pts", PATH_MODE_NO_SYMLINKS);
  if (directory < 0) fail(STEP_OPEN_THE_PTY, errno, "/dev/pts");
  if (!is_on_devpts(directory)) fail(STEP_VERIFY_THE_RESULT, ENOTTY, "/dev/pts");
  int flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
  uint64_t resolve = K_RESOLVE_BENEATH | K_RESOLVE_NO_SYMLINKS | K_RESOLVE_NO_XDEV;
  int fd = RETRY_EINTR(sys_openat2(directory, "ptmx", (uint64_t)flags, 0, resolve));
  if (fd < 0 && errno == ENOSYS) fd = RETRY_EINTR(openat(directory, "ptmx", flags | O_NOFOLLOW));
  if (fd < 0) fail(STEP_OPEN_THE_PTY, errno, "/dev/pts/ptmx");
  if (fstat(fd, &status) < 0 || !S_ISCHR(status.st_mode) || status.st_rdev != makedev(5, 2) ||
      !is_on_devpts(fd))
    fail(STEP_VERIFY_THE_RESULT, ENOTTY, "/dev/pts/ptmx");
  return fd;
}

/* The other end comes from the master by an ioctl; its path in the container could be anything by now. */
static int open_slave(int master) {
  struct stat status;
  int unlocked = 0;
  if (sys_ioctl(master, TIOCSPTLCK, &unlocked) < 0) fail(STEP_OPEN_THE_PTY, errno, NULL);
  int slave = (int)syscall(SYS_ioctl, master, K_TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (slave < 0 || fstat(slave, &status) < 0) fail(STEP_OPEN_THE_PTY, errno, NULL);
  unsigned number = major(status.st_rdev);
  bool is_slave = number >= K_UNIX98_PTY_SLAVE_MAJOR && number <= K_UNIX98_PTY_SLAVE_MAJOR_LAST;
  if (!S_ISCHR(status.st_mode) || !is_slave) fail(STEP_VERIFY_THE_RESULT, ENOTTY, NULL);
  return slave;
}

static void set_window_size(int master, const struct op_console *op) {
  if (op->width == 0 || op->height == 0) return;
  struct winsize size;
  memset(&size, 0, sizeof size);
  size.ws_col = (unsigned short)op->width;
  size.ws_row = (unsigned short)op->height;
  if (sys_ioctl(master, TIOCSWINSZ, &size) < 0) fail(STEP_SET_THE_WINDOW_SIZE, errno, NULL);
}

/* One message with one descriptor; its data is the name of the slave, as engines expect it. */
static void send_master(int socket, int master) {
  unsigned number = 0;
  if (sys_ioctl(master, TIOCGPTN, &number) < 0) fail(STEP_OPEN_THE_PTY, errno, NULL);
  char buffer[32];
  struct text name = text_begin(buffer, sizeof buffer);
  text_append(&name, "/dev/pts/");
  text_append_number(&name, number, 10);
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  memset(&control, 0, sizeof control);
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof master);
  memcpy(CMSG_DATA(&control.header), &master, sizeof master);
  struct iovec part = {buffer, name.length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  message.msg_control = &control;
  message.msg_controllen = sizeof control.bytes;
  if (RETRY_EINTR(sendmsg(socket, &message, MSG_NOSIGNAL)) < 0) fail(STEP_SEND, errno, buffer);
}

/*
 * O_EXCL and O_NOFOLLOW: the image may have a link here that leads to a file it wants us to make or to
 * cover (CVE-2026-88264).
 */
static void bind_console(struct machine *machine, int slave) {
  struct stat status;
  CLEANUP_FD int dev = path_make_directory(root_fd(machine), "/dev", PATH_MODE_IN_ROOT, 0755);
  if (dev < 0) fail(STEP_BIND_THE_CONSOLE, errno, "/dev");
  CLEANUP_FD int made =
      openat(dev, "console", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, CONSOLE_PERMISSIONS);
  if (made < 0 && errno != EEXIST) fail(STEP_BIND_THE_CONSOLE, errno, "/dev/console");
  CLEANUP_FD int target = openat(dev, "console", O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (target < 0 || fstat(target, &status) < 0) fail(STEP_BIND_THE_CONSOLE, errno, "/dev/console");
  if (S_ISLNK(status.st_mode)) fail(STEP_BIND_THE_CONSOLE, ELOOP, "/dev/console");
  CLEANUP_FD int mount = clone_mount(slave, "", false);
  if (mount < 0) fail(STEP_CLONE_THE_MOUNT_TREE, errno, "/dev/console");
  attach_mount(mount, target, "/dev/console");
}

void op_console(struct machine *machine, const struct op_console *op) {
  CLEANUP_FD int master = open_multiplexer(machine);
  CLEANUP_FD int slave = open_slave(master);
  set_window_size(master, op);
  if (op->bind_console != 0) bind_console(machine, slave);
  for (int fd = 0; fd <= 2; fd++)
    if (RETRY_EINTR(dup2(slave, fd)) < 0) fail(STEP_DUPLICATE_THE_DESCRIPTOR, errno, NULL);
  if (sys_ioctl(STDIN_FILENO, TIOCSCTTY, NULL) < 0) fail(STEP_SET_THE_CONTROLLING_TERMINAL, errno, NULL);
  /* Last, so that whoever gets the master gets a terminal that works. */
  send_master(slot_fd(machine, op->socket), master);
  close_slot(machine, op->socket);
}

static bool is_null_descriptor(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 && is_null_device(&status);
}

/*
 * The host's null device is an inode of the host, and a container that holds it could change its mode.
 * Both ends are checked for type and number: with the number alone every regular file, whose number is 0,
 * passes (CVE-2026-88265). A container without a proper /dev/null keeps what it has.
 */
void op_reopen_null(struct machine *machine) {
  bool wanted = false;
  for (int fd = 0; fd <= 2; fd++)
    wanted = wanted || is_null_descriptor(fd);
  if (!wanted) return;
  CLEANUP_FD int found = path_open(root_fd(machine), "/dev/null", PATH_MODE_IN_ROOT);
  if (found < 0 || !is_null_descriptor(found)) return warn(STEP_VERIFY_THE_RESULT, ENODEV, 0, "/dev/null");
  CLEANUP_FD int null = path_open_file(root_fd(machine), "/dev/null", O_RDWR | O_NOCTTY, PATH_MODE_IN_ROOT);
  if (null < 0) fail(STEP_OPEN_THE_FILE, errno, "/dev/null");
  if (!is_null_descriptor(null)) fail(STEP_VERIFY_THE_RESULT, ENODEV, "/dev/null");
  for (int fd = 0; fd <= 2; fd++) {
    if (!is_null_descriptor(fd)) continue;
    if (RETRY_EINTR(dup2(null, fd)) < 0) fail(STEP_DUPLICATE_THE_DESCRIPTOR, errno, "/dev/null");
  }
}

/*
 * A program that reopens /proc/self/fd/1 needs to own what is behind it. The null device is left alone: it
 * may be everyone's. Some pipes and file systems do not let their owner be changed, which is nobody's fault.
 */
void op_chown_stdio(const struct op_chown_stdio *op) {
  for (int fd = 0; fd <= 2; fd++) {
    struct stat status;
    if (fstat(fd, &status) < 0) fail(STEP_CHANGE_THE_OWNER, errno, NULL);
    if (is_null_device(&status) || status.st_uid == op->uid) continue;
    if (fchown(fd, op->uid, (gid_t)-1) == 0) continue;
    if (errno != EPERM && errno != EROFS && errno != EINVAL) fail(STEP_CHANGE_THE_OWNER, errno, NULL);
  }
}
