/* Hooks that run in the container's namespaces. */
#include "cleanup.h"
#include "kernel.h"
#include "ops.h"
#include "report.h"
#include "text.h"
#include "vector.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

enum {
  HOOK_STATUS_DESCRIPTOR = 3,
  /* A descendant that keeps writing must not keep us reading, once the hook itself is gone. */
  MAX_LAST_READS = 64,
};

struct hook {
  pid_t pid;
  int pidfd;
  /* Our ends of its stdin, of its stdout and stderr, and of the pipe that says why execve(2) failed. */
  int input;
  int output;
  int status;
  char *state;
  size_t state_size;
  size_t state_length;
  size_t state_done;
  /* The last bytes of the output: what a hook says before it fails. */
  size_t tail_length;
  char tail[REPORT_TEXT_MAX + 1];
};

static void make_pipe(int *read_end, int *write_end, const char *path) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) fail(STEP_START_THE_HOOK, errno, path);
  *read_end = ends[0];
  *write_end = ends[1];
}

static void set_nonblocking(int fd) {
  int flags = fcntl(fd, F_GETFL);
  (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

/*
 * Runs in the child. It reports through its own pipe only: the sync and start sockets are init's. All other
 * descriptors are closed for real, a hook gets 0, 1 and 2.
 */
static _Noreturn void run_child(const char *path, const char **args, const char **env, const int fds[3]) {
  (void)setpgid(0, 0);
  (void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
  bool ready = dup2(fds[0], 0) >= 0 && dup2(fds[1], 1) >= 0 && dup2(fds[1], 2) >= 0;
  int status = fds[2];
  if (ready && status != HOOK_STATUS_DESCRIPTOR) {
    ready = dup3(status, HOOK_STATUS_DESCRIPTOR, O_CLOEXEC) >= 0;
    if (ready) status = HOOK_STATUS_DESCRIPTOR;
  }
  if (ready && sys_close_range(HOOK_STATUS_DESCRIPTOR + 1, ~0u, 0) == 0)
    (void)execve(path, (char *const *)(uintptr_t)args, (char *const *)(uintptr_t)env);
  int32_t error = errno;
  (void)!write(status, &error, sizeof error);
  _exit(127);
}

static void start_hook(struct hook *hook, const struct op_run_hook *op) {
  int fds[3];
  make_pipe(&fds[0], &hook->input, op->path);
  make_pipe(&hook->output, &fds[1], op->path);
  make_pipe(&hook->status, &fds[2], op->path);
  const char **args = make_vector(&op->args, 0);
  const char **env = make_vector(&op->env, 0);
  /* clone(2), because clone3(2) may be hidden by a seccomp filter; the third argument gets the pidfd. */
  hook->pid = (pid_t)syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0, &hook->pidfd, 0, 0);
  if (hook->pid < 0) fail(STEP_START_THE_HOOK, errno, op->path);
  if (hook->pid == 0) run_child(op->path, args, env, fds);
  /* Both sides do it, so that the group exists for whoever needs it first. */
  (void)setpgid(hook->pid, hook->pid);
  free_vector(args, &op->args, 0);
  free_vector(env, &op->env, 0);
  for (int i = 0; i < 3; i++)
    (void)close(fds[i]);
  set_nonblocking(hook->input);
  set_nonblocking(hook->output);
}

static void make_state(struct hook *hook, const struct op_run_hook *op) {
  hook->state_size = strlen(op->state_head) + strlen(op->state_tail) + 16;
  void *memory = mmap(NULL, hook->state_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail(STEP_ALLOCATE_MEMORY, errno, NULL);
  struct text state = text_begin(memory, hook->state_size);
  text_append(&state, op->state_head);
  text_append_number(&state, (uint64_t)getpid(), 10);
  text_append(&state, op->state_tail);
  hook->state = memory;
  hook->state_length = state.length;
}

/* A hook need not read its state: EPIPE is no error, and neither is anything else. */
static void feed(struct hook *hook) {
  ssize_t written = write(hook->input, hook->state + hook->state_done, hook->state_length - hook->state_done);
  if (written < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (written > 0) hook->state_done += (size_t)written;
  if (written < 0 || hook->state_done == hook->state_length) close_fd(&hook->input);
}

/* False when there is nothing more to read for now. */
static bool drain(struct hook *hook) {
  char chunk[512];
  ssize_t count = RETRY_EINTR(read(hook->output, chunk, sizeof chunk));
  if (count == 0) close_fd(&hook->output);
  if (count <= 0) return false;
  size_t length = (size_t)count;
  /* Messages hold no NUL. */
  for (size_t i = 0; i < length; i++)
    if (chunk[i] == '\0') chunk[i] = ' ';
  size_t overflow =
      hook->tail_length + length > REPORT_TEXT_MAX ? hook->tail_length + length - REPORT_TEXT_MAX : 0;
  memmove(hook->tail, hook->tail + overflow, hook->tail_length - overflow);
  hook->tail_length -= overflow;
  memcpy(hook->tail + hook->tail_length, chunk, length);
  hook->tail_length += length;
  hook->tail[hook->tail_length] = '\0';
  return true;
}

static int64_t now_ms(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* False when the time is up. A pidfd, because waiting for the end of the output would wait for daemons. */
static bool serve(struct hook *hook, uint32_t timeout_ms) {
  int64_t deadline = now_ms() + timeout_ms;
  for (;;) {
    struct pollfd polls[] = {
        {.fd = hook->pidfd, .events = POLLIN},
        {.fd = hook->output, .events = POLLIN},
        {.fd = hook->input, .events = POLLOUT},
    };
    int64_t left = deadline - now_ms();
    struct timespec timeout = {.tv_sec = (time_t)(left / 1000), .tv_nsec = (long)(left % 1000) * 1000000};
    if (timeout_ms != 0 && left <= 0) return false;
    int count = ppoll(polls, 3, timeout_ms == 0 ? NULL : &timeout, NULL);
    if (count < 0 && errno != EINTR) fail(STEP_WAIT_FOR_THE_HOOK, errno, NULL);
    if (count <= 0) continue;
    if (polls[1].revents != 0) (void)drain(hook);
    if (polls[2].revents != 0) feed(hook);
    if (polls[0].revents != 0) return true;
  }
}

/* As pid 1 of the container, init also inherits what the hook left behind. */
static int reap(const struct hook *hook) {
  int status = 0;
  if (RETRY_EINTR(wait4(hook->pid, &status, 0, NULL)) < 0) fail(STEP_WAIT_FOR_THE_HOOK, errno, NULL);
  while (wait4(-1, NULL, WNOHANG, NULL) > 0) {
  }
  return status;
}

static void set_sigpipe(uint64_t disposition) {
  const uint64_t action[4] = {disposition};
  (void)syscall(SYS_rt_sigaction, SIGPIPE, action, NULL, sizeof(uint64_t));
}

void op_run_hook(const struct op_run_hook *op) {
  struct hook hook = {.pid = -1, .pidfd = -1, .input = -1, .output = -1, .status = -1};
  make_state(&hook, op);
  start_hook(&hook, op);
  /* Only now, so that the hook has the default. Pipes know no MSG_NOSIGNAL. */
  set_sigpipe((uint64_t)(uintptr_t)SIG_IGN);
  bool in_time = serve(&hook, op->timeout_ms);
  set_sigpipe((uint64_t)(uintptr_t)SIG_DFL);
  if (!in_time) (void)kill(-hook.pid, SIGKILL);
  int status = reap(&hook);
  for (int i = 0; i < MAX_LAST_READS && hook.output >= 0 && drain(&hook); i++) {
  }
  int32_t error = 0;
  if (RETRY_EINTR(read(hook.status, &error, sizeof error)) == sizeof error)
    fail(STEP_START_THE_HOOK, error, op->path);
  if (!in_time) fail_with_value(STEP_HOOK_TIMED_OUT, ETIMEDOUT, status, hook.tail);
  if (status != 0) fail_with_value(STEP_HOOK_FAILED, 0, status, hook.tail);
  close_fd(&hook.pidfd);
  close_fd(&hook.input);
  close_fd(&hook.output);
  close_fd(&hook.status);
  (void)munmap(hook.state, hook.state_size);
}
