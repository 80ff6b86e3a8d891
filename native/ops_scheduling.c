/* Scheduling, memory placement and personality of the process that becomes the container's program. */
#include "kernel.h"
#include "ops.h"
#include "report.h"

#include <string.h>

/* sched_setattr(2): struct sched_attr, without the clamps of utilization that config.json cannot express. */
struct kernel_sched_attr {
  uint32_t size;
  uint32_t policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime;
  uint64_t deadline;
  uint64_t period;
  uint32_t util_min;
  uint32_t util_max;
};

/* ioprio_set(2) */
#define K_IOPRIO_WHO_PGRP 2

void op_scheduler(const struct op_scheduler *op) {
  struct kernel_sched_attr attr;
  memset(&attr, 0, sizeof attr);
  attr.size = sizeof attr;
  attr.policy = op->policy;
  attr.flags = op->scheduler_flags;
  attr.nice = op->nice;
  attr.priority = op->priority;
  attr.runtime = op->runtime;
  attr.deadline = op->deadline;
  attr.period = op->period;
  if (syscall(SYS_sched_setattr, 0, &attr, 0) < 0) fail(STEP_SET_THE_SCHEDULER, errno, NULL);
}

/* newSession has made init the leader of a process group of its own, which the rest of the container is in. */
void op_io_priority(const struct op_io_priority *op) {
  if (syscall(SYS_ioprio_set, K_IOPRIO_WHO_PGRP, 0, op->value) < 0)
    fail(STEP_SET_THE_I_O_PRIORITY, errno, NULL);
}

void op_personality(const struct op_personality *op) {
  if (syscall(SYS_personality, op->domain) < 0) fail(STEP_SET_THE_PERSONALITY, errno, NULL);
}

/* The kernel takes one bit off the size of the mask, so it is told one more. */
void op_memory_policy(const struct op_memory_policy *op) {
  size_t size = op->nodes.length == 0 ? 0 : (size_t)op->nodes.length * 8 + 1;
  const void *nodes = size == 0 ? NULL : op->nodes.data;
  if (syscall(SYS_set_mempolicy, op->policy, nodes, size) < 0) fail(STEP_SET_THE_MEMORY_POLICY, errno, NULL);
}
