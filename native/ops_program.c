/* From the working directory to execve(2). */
#include "cleanup.h"
#include "home.h"
#include "kernel.h"
#include "ops.h"
#include "path_in_root.h"
#include "report.h"
#include "sync.h"
#include "text.h"
#include "vector.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>

enum {
  WORKING_DIRECTORY_PERMISSIONS = 0755,
  FIRST_DESCRIPTOR = 3,
  /* How long a client of the start socket may hold up the next one without saying anything. */
  START_REQUEST_SECONDS = 5,
};

void op_make_working_directory(struct machine *machine, const struct op_make_working_directory *op) {
  int root = root_fd(machine);
  CLEANUP_FD int fd = path_make_directory(root, op->path, PATH_MODE_IN_ROOT, WORKING_DIRECTORY_PERMISSIONS);
  if (fd < 0) fail(STEP_CREATE_THE_DIRECTORY, errno, op->path);
}

/*
 * A path such as /proc/self/fd/7 could lead out of the container through a descriptor (CVE-2024-21626). The
 * kernel then names the directory "(unreachable)/…". The system call is asked, since a C library may hide
 * that.
 */
static void check_directory(const char *path) {
  char buffer[PATH_MAX];
  if (syscall(SYS_getcwd, buffer, sizeof buffer) < 0) fail(STEP_CHECK_THE_DIRECTORY, errno, path);
  if (buffer[0] != '/') fail(STEP_CHECK_THE_DIRECTORY, EXDEV, path);
}

void op_chdir(const struct op_chdir *op) {
  int error = chdir(op->path) < 0 ? errno : 0;
  /* Root of a user namespace or of an NFS client may be refused where the user itself is not. */
  if (error == EACCES && op->strict == 0) return;
  if (error != 0) fail(STEP_CHANGE_THE_DIRECTORY, error, op->path);
  check_directory(op->path);
}

/* 0, or why this file cannot be executed. */
static int check_executable(const char *path) {
  struct stat status;
  if (stat(path, &status) < 0) return errno;
  if (S_ISDIR(status.st_mode)) return EISDIR;
  if (!S_ISREG(status.st_mode)) return EACCES;
  long result = syscall(SYS_faccessat2, AT_FDCWD, path, X_OK, AT_EACCESS);
  /* The older call asks for the real ids. Init's ids are all the same. */
  if (result < 0 && (errno == ENOSYS || errno == EPERM))
    result = syscall(SYS_faccessat, AT_FDCWD, path, X_OK);
  return result < 0 ? errno : 0;
}

/* Candidates that are too long cannot exist. */
static bool try_candidate(struct machine *machine, const char *directory, size_t length, const char *file) {
  struct text path = text_begin(machine->executable, sizeof machine->executable);
  if (length == 0) text_append(&path, ".");
  text_append_bytes(&path, directory, length);
  text_append(&path, "/");
  text_append(&path, file);
  return !path.truncated && check_executable(machine->executable) == 0;
}

/*
 * The rules of Go's exec.LookPath, which callers of runc know: a name with a slash is a path, others are
 * looked up, where a file that may not be executed is as good as none.
 */
void op_find_executable(struct machine *machine, const struct op_find_executable *op) {
  if (strchr(op->file, '/') != NULL) {
    struct text path = text_begin(machine->executable, sizeof machine->executable);
    text_append(&path, op->file);
    int error = path.truncated ? ENAMETOOLONG : check_executable(machine->executable);
    if (error != 0) fail(STEP_FIND_THE_EXECUTABLE, error, op->file);
    return;
  }
  for (const char *at = op->search_path; op->file[0] != '\0';) {
    size_t length = strcspn(at, ":");
    if (try_candidate(machine, at, length, op->file)) return;
    if (at[length] == '\0') break;
    at += length + 1;
  }
  fail(STEP_FIND_THE_EXECUTABLE, ENOENT, op->file);
}

/* True when the client asked for the start. One that hangs up, or says anything else, is sent away. */
static bool is_start_request(int client) {
  struct timeval timeout = {.tv_sec = START_REQUEST_SECONDS};
  uint32_t request = 0;
  (void)setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ssize_t length = RETRY_EINTR(recv(client, &request, sizeof request, MSG_TRUNC));
  return length == sizeof request && request == START_REQUEST;
}

static int accept_start(int listener) {
  for (;;) {
    CLEANUP_FD int client = RETRY_EINTR(accept4(listener, NULL, NULL, SOCK_CLOEXEC));
    if (client < 0 && errno != ECONNABORTED) fail(STEP_ACCEPT, errno, NULL);
    if (client >= 0 && is_start_request(client)) return steal_fd(&client);
  }
}

/*
 *   tsrunc start ── connect, {startRequest} ──► init
 *                ◄── {startAccepted} ─────────
 *                ◄── end of file ───────────── execve(2) closed the socket: the program runs
 *                ◄── failure message ───────── or it could not be executed
 *
 * Without a start socket the caller waits for the program itself, and the sync socket plays that part.
 */
void op_wait_for_start(struct machine *machine, const struct op_wait_for_start *op) {
  /* Before `created` is sent: tsrunc exits when it has read that, and its end must not be ours. */
  unguard_parent();
  close_slot(machine, SLOT_PROCFS);
  if (report_message(MESSAGE_CREATED, STEP_NONE, 0, 0, NULL) < 0) fail(STEP_SEND, errno, NULL);
  int listener = slot_fd(machine, op->socket);
  if (listener >= 0) {
    report_to(-1);
    close_slot(machine, SLOT_SYNC);
    /* A container may stay in this state for long. What is read again comes from the plan's memory file. */
    (void)madvise(machine->plan_bytes, machine->plan_length, MADV_DONTNEED);
    int client = accept_start(listener);
    uint32_t accepted = START_ACCEPTED;
    report_to(client);
    /* The request counts, even if whoever made it is gone. */
    (void)RETRY_EINTR(send(client, &accepted, sizeof accepted, MSG_NOSIGNAL));
    close_slot(machine, op->socket);
  }
  report_started();
}

/* HOME from the container's passwd file, as the user itself sees it: init has that user's rights by now. */
static void set_home(struct machine *machine, uint32_t uid, const char **env, uint32_t count) {
  static char home[PATH_MAX];
  const size_t prefix = sizeof "HOME=" - 1;
  memcpy(home, "HOME=", prefix);
  uint32_t place = count;
  for (uint32_t i = 0; i < count; i++) {
    if (strncmp(env[i], "HOME=", prefix) != 0) continue;
    if (env[i][prefix] != '\0') return;
    place = i;
  }
  int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
  struct stat status;
  CLEANUP_FD int passwd = path_open_file(root_fd(machine), "/etc/passwd", flags, PATH_MODE_IN_ROOT);
  bool readable = passwd >= 0 && fstat(passwd, &status) == 0 && S_ISREG(status.st_mode);
  if (!readable || !find_home(passwd, uid, home + prefix, sizeof home - prefix))
    memcpy(home + prefix, "/", sizeof "/");
  env[place] = home;
}

/*
 * Everything that is not the program's is really closed, not only marked: execve(2) of /proc/self/fd/N
 * works on descriptors that are marked close-on-exec (CVE-2024-21626). The one exception is the socket on
 * which a failure of that very execve(2) is reported, and a socket cannot be executed.
 */
static void close_descriptors(uint32_t preserve) {
  unsigned first = FIRST_DESCRIPTOR + preserve;
  int status = report_socket();
  if (status >= 0) {
    if (status != (int)first && dup3(status, (int)first, O_CLOEXEC) < 0)
      fail(STEP_DUPLICATE_THE_DESCRIPTOR, errno, NULL);
    report_to((int)first);
    first++;
  }
  if (sys_close_range(first, ~0u, 0) < 0) fail(STEP_CLOSE_DESCRIPTORS, errno, NULL);
  for (int fd = FIRST_DESCRIPTOR; fd < FIRST_DESCRIPTOR + (int)preserve; fd++)
    if (fcntl(fd, F_SETFD, 0) < 0) fail(STEP_CLOSE_DESCRIPTORS, errno, NULL);
}

_Noreturn void op_exec(struct machine *machine, const struct op_exec *op) {
  const char **args = make_vector(&op->args, 0);
  const char **env = make_vector(&op->env, 1);
  if (machine->executable[0] == '\0') fail(STEP_EXECUTE, ENOENT, NULL);
  if (op->set_home != 0) set_home(machine, op->uid, env, op->env.count);
  close_descriptors(op->preserve_fds);
  load_seccomp(machine);
  /* execve(2) reads the strings; its prototype is merely older than const. */
  (void)execve(machine->executable, (char *const *)(uintptr_t)args, (char *const *)(uintptr_t)env);
  fail(STEP_EXECUTE, errno, machine->executable);
}
