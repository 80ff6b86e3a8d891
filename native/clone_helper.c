/*
 * The calls that JavaScript cannot make through FFI: a clone that runs C in the child, and descriptors over
 * sockets. A shared library; it runs inside a process with many threads.
 *
 *   int64_t tsrunc_spawn(request, length, *pidfd)      pid, or -errno
 *   int64_t tsrunc_send(socket, data, length, fd)      bytes sent, or -errno
 *   int64_t tsrunc_receive(socket, data, length, *fd)  bytes received, or -errno
 *
 * A request is packed, little-endian:
 *   i32 execFd (-1: use the path), i32 cwdFd (-1: none), u32 flags, u32 fdCount,
 *   fdCount times {i32 from, i32 to}, u32 argCount, u32 envCount,
 *   then strings, each with its NUL: path, args, env.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "cleanup.h"
#include "kernel.h"

#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>

#define EXPORT __attribute__((visibility("default")))

enum {
  FLAG_PROCESS_GROUP = 1,
  FLAG_SESSION = 2,
  STACK_SIZE = 64 * 1024,
  LAST_SIGNAL = 64,
  MAX_ITEMS = 1 << 20,
  MAX_PASSED_FDS = 16,
};

struct move {
  int32_t from;
  int32_t to;
};

/* What parent and child share; the child changes `moves`, `exec_fd` and `error`. */
struct spawn {
  int32_t exec_fd;
  int32_t cwd_fd;
  uint32_t flags;
  uint32_t move_count;
  struct move *moves;
  const char *path;
  const char **args;
  const char **env;
  volatile int error;
};

/* ---- reading the request, in the parent: the child may not even allocate */

struct input {
  const uint8_t *at;
  const uint8_t *end;
  bool bad;
};

static uint32_t read_u32(struct input *input) {
  uint32_t value = 0;
  if ((size_t)(input->end - input->at) < sizeof value) {
    input->bad = true;
    return 0;
  }
  memcpy(&value, input->at, sizeof value);
  input->at += sizeof value;
  return value;
}

static const char *read_string(struct input *input) {
  const char *string = (const char *)input->at;
  const uint8_t *end = memchr(input->at, 0, (size_t)(input->end - input->at));
  if (end == NULL) {
    input->bad = true;
    return "";
  }
  input->at = end + 1;
  return string;
}

struct counts {
  uint32_t args;
  uint32_t env;
};

/* The fixed part. The moves stay where they are until there is memory for them. */
static const uint8_t *read_head(struct input *input, struct spawn *spawn, struct counts *counts) {
  spawn->exec_fd = (int32_t)read_u32(input);
  spawn->cwd_fd = (int32_t)read_u32(input);
  spawn->flags = read_u32(input);
  spawn->move_count = read_u32(input);
  const uint8_t *moves = input->at;
  if ((size_t)(input->end - input->at) / sizeof(struct move) < spawn->move_count) input->bad = true;
  if (input->bad) return NULL;
  input->at += spawn->move_count * sizeof(struct move);
  counts->args = read_u32(input);
  counts->env = read_u32(input);
  if (counts->args > MAX_ITEMS || counts->env > MAX_ITEMS) input->bad = true;
  return moves;
}

static void read_strings(struct input *input, struct spawn *spawn, struct counts counts) {
  spawn->path = read_string(input);
  for (uint32_t i = 0; i < counts.args && !input->bad; i++)
    spawn->args[i] = read_string(input);
  for (uint32_t i = 0; i < counts.env && !input->bad; i++)
    spawn->env[i] = read_string(input);
  if (input->at != input->end) input->bad = true;
}

/* ---- the child: shares all memory with the parent, whose calling thread waits until the execve(2) */

static void reset_signals(void) {
  static const uint64_t default_action[4];
  for (int number = 1; number <= LAST_SIGNAL; number++)
    (void)syscall(SYS_rt_sigaction, number, default_action, NULL, sizeof(uint64_t));
}

/*
 * First every source moves above all targets, then each takes its place: no order of the list can overwrite
 * a descriptor that is still to be moved. dup3(2) without flags leaves the target open across execve(2).
 */
static int move_descriptors(struct spawn *spawn) {
  int highest = 2;
  for (uint32_t i = 0; i < spawn->move_count; i++)
    if (spawn->moves[i].to > highest) highest = spawn->moves[i].to;
  if (spawn->exec_fd >= 0) {
    spawn->exec_fd = fcntl(spawn->exec_fd, F_DUPFD_CLOEXEC, highest + 1);
    if (spawn->exec_fd < 0) return -1;
  }
  for (uint32_t i = 0; i < spawn->move_count; i++) {
    spawn->moves[i].from = fcntl(spawn->moves[i].from, F_DUPFD_CLOEXEC, highest + 1);
    if (spawn->moves[i].from < 0) return -1;
  }
  for (uint32_t i = 0; i < spawn->move_count; i++)
    if (dup3(spawn->moves[i].from, spawn->moves[i].to, 0) < 0) return -1;
  return 0;
}

static int prepare_child(struct spawn *spawn) {
  if ((spawn->flags & FLAG_SESSION) != 0 && setsid() < 0) return -1;
  if ((spawn->flags & FLAG_PROCESS_GROUP) != 0 && setpgid(0, 0) < 0) return -1;
  /* The engine does not mark everything that it opens, and nothing that it was given by its own caller. */
  if (sys_close_range(3, ~0u, K_CLOSE_RANGE_CLOEXEC) < 0) return -1;
  /* Node marks its standard descriptors; the program is to have them, closed ones excepted. */
  for (int fd = 0; fd < 3; fd++)
    (void)fcntl(fd, F_SETFD, 0);
  if (spawn->cwd_fd >= 0 && fchdir(spawn->cwd_fd) < 0) return -1;
  return move_descriptors(spawn);
}

static int run_child(void *argument) {
  struct spawn *spawn = argument;
  char *const *args = (char *const *)(uintptr_t)spawn->args;
  char *const *env = (char *const *)(uintptr_t)spawn->env;
  static const uint64_t no_signals;
  reset_signals();
  if (prepare_child(spawn) == 0) {
    /* Not before the dispositions are default: a handler of the engine must not run in here. */
    (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, NULL, sizeof no_signals);
    if (spawn->exec_fd >= 0)
      (void)syscall(SYS_execveat, spawn->exec_fd, "", args, env, K_AT_EMPTY_PATH);
    else
      (void)execve(spawn->path, args, env);
  }
  spawn->error = errno == 0 ? EINVAL : errno;
  _exit(127);
}

/* ---- the parent */

/*
 * The C library's clone(2) wrapper gives the child a stack of its own, which clone3(2) would leave to
 * assembly. CLONE_VM and CLONE_VFORK: the heap of the engine is not copied, and the thread that called waits.
 * The child has its own copy of the signal table, so it can reset that without touching ours.
 */
static int64_t clone_child(struct spawn *spawn, char *stack, int32_t *pidfd) {
  static const uint64_t all_signals = UINT64_MAX;
  uint64_t saved = 0;
  int flags = CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD;
  /* All of them, also those that the C library keeps from sigprocmask(3). */
  (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all_signals, &saved, sizeof saved);
  pid_t pid = clone(run_child, stack + STACK_SIZE, flags, spawn, pidfd);
  int error = errno;
  (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &saved, NULL, sizeof saved);
  if (pid < 0) return -error;
  if (spawn->error == 0) return pid;
  /* It never became a program: nobody is to see its exit status. */
  (void)RETRY_EINTR(waitpid(pid, NULL, __WALL));
  close_fd(pidfd);
  return -spawn->error;
}

EXPORT int64_t tsrunc_spawn(const uint8_t *request, uint64_t length, int32_t *pidfd);
EXPORT int64_t tsrunc_send(int32_t socket, const uint8_t *data, uint64_t length, int32_t fd);
EXPORT int64_t tsrunc_receive(int32_t socket, uint8_t *data, uint64_t length, int32_t *fd);

/* One mapping holds the child's stack, then the moves, then both string arrays. */
EXPORT int64_t tsrunc_spawn(const uint8_t *request, uint64_t length, int32_t *pidfd) {
  struct input input = {request, request + length, false};
  struct spawn spawn = {.error = 0};
  struct counts counts = {0, 0};
  *pidfd = -1;
  const uint8_t *moves = read_head(&input, &spawn, &counts);
  if (input.bad) return -EINVAL;
  size_t moves_size = spawn.move_count * sizeof(struct move);
  size_t strings_size = ((size_t)counts.args + counts.env + 2) * sizeof(char *);
  size_t size = STACK_SIZE + moves_size + strings_size;
  char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (memory == MAP_FAILED) return -errno;
  spawn.moves = (struct move *)(void *)(memory + STACK_SIZE);
  memcpy(spawn.moves, moves, moves_size);
  spawn.args = (const char **)(void *)(memory + STACK_SIZE + moves_size);
  spawn.env = spawn.args + counts.args + 1;
  read_strings(&input, &spawn, counts);
  int64_t result = input.bad ? -EINVAL : clone_child(&spawn, memory, pidfd);
  (void)munmap(memory, size);
  return result;
}

EXPORT int64_t tsrunc_send(int32_t socket, const uint8_t *data, uint64_t length, int32_t fd) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = {(void *)(uintptr_t)data, length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  if (fd >= 0) {
    memset(&control, 0, sizeof control);
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    message.msg_control = &control;
    message.msg_controllen = sizeof control.bytes;
  }
  ssize_t sent = RETRY_EINTR(sendmsg(socket, &message, MSG_NOSIGNAL));
  return sent < 0 ? -errno : sent;
}

/* The first descriptor of the message goes to `fd`. The peer may send more than it should: they are closed. */
static void take_descriptors(struct msghdr *message, int32_t *fd) {
  for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
       header = CMSG_NXTHDR(message, header)) {
    if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
    size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (size_t i = 0; i < count; i++) {
      int received = -1;
      memcpy(&received, CMSG_DATA(header) + i * sizeof(int), sizeof received);
      if (*fd < 0)
        *fd = received;
      else
        close_fd(&received);
    }
  }
}

EXPORT int64_t tsrunc_receive(int32_t socket, uint8_t *data, uint64_t length, int32_t *fd) {
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(MAX_PASSED_FDS * sizeof(int))];
  } control;
  struct iovec part = {data, length};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  message.msg_control = &control;
  message.msg_controllen = sizeof control.bytes;
  *fd = -1;
  ssize_t received = RETRY_EINTR(recvmsg(socket, &message, MSG_CMSG_CLOEXEC));
  if (received < 0) return -errno;
  take_descriptors(&message, fd);
  return received;
}
