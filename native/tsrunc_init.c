/*
 * tsrunc-init: the machine that runs a plan. argv[1] is the descriptor of the plan; there is nothing else.
 *
 *   tsrunc            stage                        init
 *     │ spawn ─────────► │ joinNamespace, unshare     │
 *     │                  │ forkInit ─ clone3 ───────► │ (a child of tsrunc by CLONE_PARENT)
 *     │ ◄─ forked, pid ─ │ exits                      │
 *     │ ◄─ sync ───────────────────────────────────── │ mounts, pivot_root, credentials …
 *     │ ── proceed ─────────────────────────────────► │
 *     │ ◄─ created ────────────────────────────────── │ waits on the start socket, then exec
 *
 * There are two processes because a process never enters a new pid or time namespace itself, only its
 * children do, and because the one that joins other namespaces must not be the one that stays in them.
 */
#include "cleanup.h"
#include "kernel.h"
#include "ops.h"
#include "report.h"
#include "sync.h"

#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

enum { FIRST_DESCRIPTOR = 3, MAX_PRESERVED = 4096, LAST_SIGNAL = 64 };

/* Static and without initial values, so that it costs the pages that are used and no byte of the file. */
static struct machine machine;

/* Before the plan is read there is no socket to report on. */
static _Noreturn void die_early(const char *text) {
  (void)!write(STDERR_FILENO, text, strlen(text));
  _exit(1);
}

/*
 * A JavaScript engine ignores SIGPIPE and SIGXFSZ, and a caller may have blocked or ignored anything.
 * Both would be inherited by the container's program through execve(2).
 */
static void reset_signals(void) {
  /* All zeroes is SIG_DFL. Asking the kernel directly includes the numbers that a C library keeps. */
  static const uint64_t default_action[4];
  static const uint64_t no_signals;
  for (int number = 1; number <= LAST_SIGNAL; number++)
    (void)syscall(SYS_rt_sigaction, number, default_action, NULL, sizeof no_signals);
  (void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &no_signals, NULL, sizeof no_signals);
}

static int parse_descriptor(const char *text) {
  int value = 0;
  for (; *text >= '0' && *text <= '9' && value < 100000; text++)
    value = value * 10 + (*text - '0');
  return *text == '\0' && value >= FIRST_DESCRIPTOR ? value : -1;
}

/*
 * The plan is checked once and used afterwards, so nobody may change it in between: without the seals a
 * write would be a time-of-check hole and a truncation a SIGBUS.
 */
static void read_plan(int fd) {
  int seals = K_F_SEAL_SHRINK | K_F_SEAL_GROW | K_F_SEAL_WRITE;
  int present = fcntl(fd, K_F_GET_SEALS);
  struct stat status;
  if (present < 0 || (present & seals) != seals) die_early("tsrunc-init: the plan is not sealed\n");
  if (fstat(fd, &status) < 0 || status.st_size <= 0) die_early("tsrunc-init: the plan is empty\n");
  size_t length = (size_t)status.st_size;
  void *bytes = mmap(NULL, length, PROT_READ, MAP_PRIVATE, fd, 0);
  if (bytes == MAP_FAILED) die_early("tsrunc-init: cannot map the plan\n");
  if (!plan_check(bytes, length, &machine.plan)) die_early("tsrunc-init: the plan is malformed\n");
  machine.plan_bytes = bytes;
  machine.plan_length = length;
  (void)close(fd);
}

/* How many descriptors from 3 on belong to the program: the last op says so. */
static uint32_t preserved_count(void) {
  struct cursor cursor = machine.plan.ops;
  struct plan_op op;
  uint32_t count = 0;
  for (uint32_t i = 0; i < machine.plan.op_count && plan_next(&cursor, &op); i++)
    if (op.number == OP_EXEC) count = op.as.exec.preserve_fds;
  return count;
}

/*
 * Standard descriptors and those to be preserved must be open: a hole would be filled by the next
 * descriptor that init opens, and the program would find a host object there. For the same reason no slot
 * may be among them.
 */
static void check_descriptors(void) {
  uint32_t preserved = preserved_count();
  if (preserved > MAX_PRESERVED) fail(STEP_READ_THE_PLAN, E2BIG, NULL);
  int end = FIRST_DESCRIPTOR + (int)preserved;
  for (uint32_t slot = 0; slot < PLAN_SLOT_COUNT; slot++)
    if (machine.plan.slots[slot] != -1 && machine.plan.slots[slot] < end)
      fail(STEP_READ_THE_PLAN, EINVAL, NULL);
  for (int fd = 0; fd < end; fd++)
    if (fcntl(fd, F_GETFD) < 0) fail_with_value(STEP_READ_THE_PLAN, EBADF, fd, NULL);
}

int main(int argc, char **argv) {
  int plan = argc == 2 ? parse_descriptor(argv[1]) : -1;
  if (plan < 0) die_early("tsrunc-init: this program is started by tsrunc\n");
  machine.root = machine.null_device = machine.empty_directory = -1;
  reset_signals();
  /* execveat(2) of a descriptor leaves its number as the name that ps shows. */
  (void)prctl(PR_SET_NAME, "tsrunc-init", 0, 0, 0);
  read_plan(plan);
  report_to(slot_fd(&machine, SLOT_SYNC));
  guard_parent();
  /* Hooks and the program get what they are given, and nothing of what tsrunc itself had inherited. */
  if (sys_close_range(FIRST_DESCRIPTOR, ~0u, K_CLOSE_RANGE_CLOEXEC) < 0)
    fail(STEP_CLOSE_DESCRIPTORS, errno, NULL);
  check_descriptors();
  /* Modes of nodes and directories are exactly those of the plan. The `umask` op sets the program's. */
  (void)umask(0);
  run_ops(&machine);
}
