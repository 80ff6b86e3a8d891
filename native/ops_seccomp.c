/* Loading the seccomp filter, and handing its listener to tsrunc. */
#include "cleanup.h"
#include "kernel.h"
#include "ops.h"
#include "report.h"
#include "sync.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

enum { CAPABILITY_SYS_ADMIN = 21 };

/* From the permitted set to the effective one. The whole sets are read and written back, but for this bit. */
static void change_effective(uint32_t bit, bool raise) {
  struct kernel_cap_header header = {K_CAPABILITY_VERSION_3, 0};
  struct kernel_cap_data data[2];
  if (syscall(SYS_capget, &header, data) < 0) fail(STEP_RAISE_THE_CAPABILITY, errno, NULL);
  uint32_t mask = (uint32_t)1 << bit % 32;
  struct kernel_cap_data *half = &data[bit / 32];
  if (raise)
    half->effective |= half->permitted & mask;
  else
    half->effective &= ~mask;
  /* Lowering happens under the filter, which may refuse it. execve(2) takes the capability away anyway. */
  if (syscall(SYS_capset, &header, data) < 0 && raise) fail(STEP_RAISE_THE_CAPABILITY, errno, NULL);
}

/* Is the capability effective already, by the config itself? */
static bool is_effective(uint32_t bit) {
  struct kernel_cap_header header = {K_CAPABILITY_VERSION_3, 0};
  struct kernel_cap_data data[2];
  if (syscall(SYS_capget, &header, data) < 0) fail(STEP_RAISE_THE_CAPABILITY, errno, NULL);
  return (data[bit / 32].effective >> bit % 32 & 1) != 0;
}

/* The result of seccomp(2): 0, the listener, or -1. */
static int set_filter(const struct op_seccomp *op) {
  /* The bytes of a plan are aligned to 4, and so are the instructions. */
  struct kernel_sock_fprog program = {
      .len = (uint16_t)(op->filter.length / sizeof(struct kernel_sock_filter)),
      .filter = (const struct kernel_sock_filter *)(const void *)op->filter.data,
  };
  return (int)syscall(SYS_seccomp, K_SECCOMP_SET_MODE_FILTER, op->flags, &program);
}

void load_seccomp(const struct machine *machine) {
  if (!machine->has_seccomp) return;
  const struct op_seccomp *op = &machine->seccomp;
  if (op->raise != 0) change_effective(CAPABILITY_SYS_ADMIN, true);
  if (set_filter(op) < 0) fail(STEP_LOAD_THE_FILTER, errno, NULL);
}

static _Noreturn void send_listener(int listener) {
  const struct timespec moment = {.tv_nsec = 20000};
  /* init dies when it fails, and whoever waits for it has to go with it. */
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) _exit(1);
  while (fcntl(listener, F_GETFD) < 0) {
    check_parent();
    (void)nanosleep(&moment, NULL);
  }
  if (report_descriptor(MESSAGE_LISTENER, listener) < 0) fail(STEP_PASS_THE_LISTENER_ON, errno, NULL);
  _exit(0);
}

/* A child that has the descriptors in common with init, and none of its filters to come. */
static pid_t start_sender(int listener) {
  struct kernel_clone_args args;
  memset(&args, 0, sizeof args);
  args.flags = CLONE_FILES;
  args.exit_signal = SIGCHLD;
  pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof args);
  if (pid < 0 && errno == ENOSYS) pid = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
  if (pid == 0) send_listener(listener);
  return pid;
}

/*
 *   tsrunc                      init                      sender (shares the descriptors)
 *     │                          │ clone(CLONE_FILES) ────► │ waits for the descriptor to appear
 *     │                          │ seccomp(NEW_LISTENER)    │
 *     │ ◄─ listener, SCM_RIGHTS ─────────────────────────── │
 *     │ ── to listenerPath       │ ◄─────────────── exits ─ │
 *
 * The filter may want any of init's calls answered by the listener, which nobody holds yet: init could not
 * even send it. The sender was there before the filter and is free of it.
 */
static void load_with_listener(const struct op_seccomp *op) {
  /* The lowest free number is the one that the listener gets: there is no second thread. */
  int listener = fcntl(report_socket(), F_DUPFD_CLOEXEC, 0);
  if (listener < 0) fail(STEP_LOAD_THE_FILTER, errno, NULL);
  (void)close(listener);
  bool lower = op->raise != 0 && !is_effective(CAPABILITY_SYS_ADMIN);
  if (op->raise != 0) change_effective(CAPABILITY_SYS_ADMIN, true);
  /* A filter that refuses prctl(2) must not let init die with tsrunc. `created` fails where that is gone. */
  unguard_parent();
  pid_t sender = start_sender(listener);
  if (sender < 0) fail(STEP_PASS_THE_LISTENER_ON, errno, NULL);
  int result = set_filter(op);
  if (result < 0) fail(STEP_LOAD_THE_FILTER, errno, NULL);
  if (result != listener) fail(STEP_LOAD_THE_FILTER, EBADF, NULL);
  /* From here on the filter counts: what it forbids is tried, but not relied on. */
  (void)RETRY_EINTR(waitpid(sender, NULL, 0));
  if (lower) change_effective(CAPABILITY_SYS_ADMIN, false);
}

void op_seccomp(struct machine *machine, const struct op_seccomp *op) {
  const size_t size = sizeof(struct kernel_sock_filter);
  if (op->filter.length == 0 || op->filter.length % size != 0 || op->filter.length / size > K_BPF_MAXINSNS)
    fail(STEP_READ_THE_PLAN, EINVAL, NULL);
  if ((op->flags & K_SECCOMP_FILTER_FLAG_NEW_LISTENER) != 0) {
    load_with_listener(op);
    return;
  }
  machine->seccomp = *op;
  machine->has_seccomp = true;
}
