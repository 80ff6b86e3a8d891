/* Ids and capabilities. */
#include "kernel.h"
#include "ops.h"
#include "report.h"
#include "sync.h"
#include "text.h"

#include <string.h>
#include <sys/prctl.h>

enum { CAPABILITY_BITS = 64 };

struct capability_sets {
  uint64_t effective;
  uint64_t permitted;
  uint64_t inheritable;
};

/* The kernel says EINVAL after its last capability. */
void op_bounding_set(const struct op_bounding_set *op) {
  for (unsigned long bit = 0; bit < CAPABILITY_BITS; bit++) {
    int present = prctl(PR_CAPBSET_READ, bit, 0, 0, 0);
    if (present < 0) return;
    if (present == 0 || (op->keep >> bit & 1) != 0) continue;
    if (prctl(PR_CAPBSET_DROP, bit, 0, 0, 0) < 0)
      fail_with_value(STEP_DROP_THE_CAPABILITY, errno, (int32_t)bit, NULL);
  }
}

/* The permitted set survives the change of ids, so that `capabilities` can choose from it. */
void op_user(struct machine *machine, const struct op_user *op) {
  if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) fail(STEP_KEEP_CAPABILITIES, errno, NULL);
  set_groups(machine, op->groups.count, op->groups.items);
  if (sys_setresgid(op->gid) < 0) fail_with_value(STEP_SET_THE_GID, errno, (int32_t)op->gid, NULL);
  if (sys_setresuid(op->uid) < 0) fail_with_value(STEP_SET_THE_UID, errno, (int32_t)op->uid, NULL);
  /* Both are undone by a change of ids: nobody may trace us, and tsrunc's death is still ours. */
  (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  guard_parent();
}

static uint64_t join_halves(uint32_t low, uint32_t high) {
  return (uint64_t)high << 32 | low;
}

static struct capability_sets get_capabilities(void) {
  struct kernel_cap_header header = {K_CAPABILITY_VERSION_3, 0};
  struct kernel_cap_data data[2];
  if (syscall(SYS_capget, &header, data) < 0) fail(STEP_SET_THE_CAPABILITIES, errno, NULL);
  return (struct capability_sets){
      .effective = join_halves(data[0].effective, data[1].effective),
      .permitted = join_halves(data[0].permitted, data[1].permitted),
      .inheritable = join_halves(data[0].inheritable, data[1].inheritable),
  };
}

static void set_capabilities(const struct capability_sets *sets) {
  struct kernel_cap_header header = {K_CAPABILITY_VERSION_3, 0};
  struct kernel_cap_data data[2] = {
      {(uint32_t)sets->effective, (uint32_t)sets->permitted, (uint32_t)sets->inheritable},
      {(uint32_t)(sets->effective >> 32), (uint32_t)(sets->permitted >> 32),
       (uint32_t)(sets->inheritable >> 32)},
  };
  if (syscall(SYS_capset, &header, data) < 0) fail(STEP_SET_THE_CAPABILITIES, errno, NULL);
}

static uint64_t get_bounding_set(void) {
  uint64_t set = 0;
  for (unsigned long bit = 0; bit < CAPABILITY_BITS; bit++)
    if (prctl(PR_CAPBSET_READ, bit, 0, 0, 0) == 1) set |= (uint64_t)1 << bit;
  return set;
}

/* "12 21 38": the numbers of the set bits. */
static void warn_about(uint64_t lost) {
  char buffer[4 * CAPABILITY_BITS];
  struct text numbers = text_begin(buffer, sizeof buffer);
  for (unsigned bit = 0; bit < CAPABILITY_BITS; bit++) {
    if ((lost >> bit & 1) == 0) continue;
    if (numbers.length > 0) text_append(&numbers, " ");
    text_append_number(&numbers, bit, 10);
  }
  warn(STEP_SET_THE_CAPABILITIES, EPERM, 0, buffer);
}

/*
 * The spec: a capability that cannot be granted is a warning, not an error. capset(2) refuses the whole
 * request for one bit too many, so the request is cut to what it accepts: permitted and effective to what is
 * permitted now, inheritable to what is permitted and in the bounding set, or inheritable already.
 */
static struct capability_sets clip(const struct op_capabilities *op) {
  struct capability_sets now = get_capabilities();
  struct capability_sets sets;
  sets.permitted = (op->permitted | op->keep) & now.permitted;
  sets.effective = op->effective & op->permitted & sets.permitted;
  sets.inheritable = op->inheritable & (now.inheritable | (now.permitted & get_bounding_set()));
  uint64_t lost = (op->permitted & ~sets.permitted) | (op->effective & ~sets.effective) |
                  (op->inheritable & ~sets.inheritable);
  if (lost != 0) warn_about(lost);
  return sets;
}

/* Ambient capabilities come only from the plan, never from the caller of tsrunc (CVE-2016-8867). */
static void set_ambient(uint64_t ambient) {
  (void)prctl(K_PR_CAP_AMBIENT, K_PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  for (unsigned long bit = 0; bit < CAPABILITY_BITS; bit++) {
    if ((ambient >> bit & 1) == 0) continue;
    if (prctl(K_PR_CAP_AMBIENT, K_PR_CAP_AMBIENT_RAISE, bit, 0, 0) < 0)
      warn(STEP_RAISE_THE_AMBIENT_CAPABILITY, errno, (int32_t)bit, NULL);
  }
}

void op_capabilities(const struct op_capabilities *op) {
  struct capability_sets sets = clip(op);
  (void)prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
  set_capabilities(&sets);
  set_ambient(op->ambient);
}
