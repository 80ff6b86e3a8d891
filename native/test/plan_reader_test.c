/*
 * Claims about the plan reader. Every buffer handed to it is an exact heap copy, so that with
 * AddressSanitizer (scripts/test_native.sh) reading one byte too many is a failure as well.
 */
#include "plan_reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int passed;
static int failed;

static void check(const char *claim, bool holds) {
  if (holds) {
    passed++;
    return;
  }
  failed++;
  (void)printf("FAILED: %s\n", claim);
}

/* ---- a writer as dull as the reader */

struct bytes {
  uint8_t data[8192];
  size_t length;
};

static void put_u32(struct bytes *out, uint32_t value) {
  memcpy(out->data + out->length, &value, sizeof value);
  out->length += sizeof value;
}

static void put_u64(struct bytes *out, uint64_t value) {
  memcpy(out->data + out->length, &value, sizeof value);
  out->length += sizeof value;
}

static void put_str(struct bytes *out, const char *text) {
  size_t length = strlen(text);
  put_u32(out, (uint32_t)length);
  memcpy(out->data + out->length, text, length);
  out->length += length;
  do
    out->data[out->length++] = 0;
  while (out->length % 4 != 0);
}

enum { LENGTH_AT = 8, SLOT_COUNT_AT = 12, OP_COUNT_AT = 16, SLOTS_AT = 20 };
enum { OPS_AT = SLOTS_AT + 4 * PLAN_SLOT_COUNT, PAYLOAD_AT = OPS_AT + 8 };

static void patch(struct bytes *out, size_t offset, uint32_t value) {
  memcpy(out->data + offset, &value, sizeof value);
}

static struct bytes begin_plan(void) {
  struct bytes out = {{0}, 0};
  put_u32(&out, PLAN_MAGIC);
  put_u32(&out, PLAN_VERSION);
  put_u32(&out, 0);
  put_u32(&out, PLAN_SLOT_COUNT);
  put_u32(&out, 0);
  for (uint32_t slot = 0; slot < PLAN_SLOT_COUNT; slot++)
    put_u32(&out, slot == SLOT_SYNC ? 3 : UINT32_MAX);
  return out;
}

static size_t begin_op(struct bytes *out, uint32_t number) {
  put_u32(out, number);
  put_u32(out, 0);
  return out->length;
}

static void end_op(struct bytes *out, size_t payload) {
  patch(out, payload - 4, (uint32_t)(out->length - payload));
  uint32_t count = 0;
  memcpy(&count, out->data + OP_COUNT_AT, sizeof count);
  patch(out, OP_COUNT_AT, count + 1);
  patch(out, LENGTH_AT, (uint32_t)out->length);
}

static bool accepts(const struct bytes *plan) {
  uint8_t *copy = malloc(plan->length > 0 ? plan->length : 1);
  if (copy == NULL) abort();
  memcpy(copy, plan->data, plan->length);
  struct plan out;
  bool accepted = plan_check(copy, plan->length, &out);
  free(copy);
  return accepted;
}

/* One op of each kind of field: slot, u32, str, strs, u32s, u64. */
static struct bytes sample_plan(void) {
  struct bytes out = begin_plan();
  size_t op = begin_op(&out, OP_FORK_INIT);
  put_u32(&out, 0x20000);
  put_u32(&out, SLOT_NONE);
  end_op(&out, op);
  op = begin_op(&out, OP_SYSCTL);
  put_str(&out, "net/ipv4/ip_forward");
  put_str(&out, "");
  end_op(&out, op);
  op = begin_op(&out, OP_USER);
  put_u32(&out, 1000);
  put_u32(&out, 1000);
  put_u32(&out, 2);
  put_u32(&out, 5);
  put_u32(&out, 6);
  end_op(&out, op);
  op = begin_op(&out, OP_BOUNDING_SET);
  put_u64(&out, UINT64_C(0x8000000000000001));
  end_op(&out, op);
  op = begin_op(&out, OP_EXEC);
  put_u32(&out, 2);
  put_str(&out, "sh");
  put_str(&out, "-c");
  put_u32(&out, 0);
  put_u32(&out, 0);
  put_u32(&out, 1);
  put_u32(&out, 1000);
  end_op(&out, op);
  return out;
}

static struct bytes hostname_plan(const char *name) {
  struct bytes out = begin_plan();
  size_t op = begin_op(&out, OP_HOSTNAME);
  put_str(&out, name);
  end_op(&out, op);
  return out;
}

/* ---- claims */

static void test_values(void) {
  struct bytes bytes = sample_plan();
  struct plan plan;
  struct plan_op op;
  bool accepted = plan_check(bytes.data, bytes.length, &plan);
  check("a well-formed plan is accepted", accepted);
  if (!accepted) return;
  struct cursor cursor = plan.ops;
  check("slots are read", plan.slots[SLOT_SYNC] == 3 && plan.slots[SLOT_PROCFS] == -1);
  check("u32 and slot", plan_next(&cursor, &op) && op.as.fork_init.flags == 0x20000);
  check("str", plan_next(&cursor, &op) && strcmp(op.as.sysctl.path, "net/ipv4/ip_forward") == 0);
  check("empty str", op.as.sysctl.value[0] == '\0');
  check("u32s", plan_next(&cursor, &op) && op.as.user.groups.count == 2 && op.as.user.groups.items[1] == 6);
  check("u64", plan_next(&cursor, &op) && op.as.bounding_set.keep == UINT64_C(0x8000000000000001));
  check("strs", plan_next(&cursor, &op) && op.as.exec.args.count == 2 && op.as.exec.env.count == 0);
  struct cursor strings = plan_strings_begin(&op.as.exec.args);
  check("first item", strcmp(cursor_str(&strings), "sh") == 0);
  check("second item", strcmp(cursor_str(&strings), "-c") == 0 && cursor_is_finished(&strings));
  check("the end of the ops", !plan_next(&cursor, &op));
}

/* With the total length as it was, and with one that was changed to match: both are cut short somewhere. */
static void test_truncation(void) {
  struct bytes whole = sample_plan();
  bool refused = true;
  for (size_t length = 0; length < whole.length; length++) {
    struct bytes cut = whole;
    cut.length = length;
    refused = refused && !accepts(&cut);
    if (length >= LENGTH_AT + 4) patch(&cut, LENGTH_AT, (uint32_t)length);
    refused = refused && !accepts(&cut);
  }
  check("a plan that is cut at any byte is refused", refused);
  struct bytes longer = whole;
  put_u32(&longer, 0);
  check("bytes beyond the total length are refused", !accepts(&longer));
  patch(&longer, LENGTH_AT, (uint32_t)longer.length);
  check("bytes beyond the last op are refused", !accepts(&longer));
}

/* No single byte may lead the reader out of the buffer; the sanitizer is the judge. */
static void test_every_byte(void) {
  struct bytes whole = sample_plan();
  static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
  for (size_t at = 0; at < whole.length; at++) {
    for (size_t i = 0; i < sizeof values; i++) {
      struct bytes changed = whole;
      changed.data[at] = values[i];
      (void)accepts(&changed);
    }
  }
  check("any byte may have any value", true);
}

static void test_header(void) {
  static const struct {
    const char *claim;
    size_t offset;
    uint32_t value;
  } cases[] = {
      {"another magic is refused", 0, 0x50525355},
      {"another version is refused", 4, PLAN_VERSION + 1},
      {"a total length of 0 is refused", LENGTH_AT, 0},
      {"the largest total length is refused", LENGTH_AT, UINT32_MAX},
      {"a missing slot is refused", SLOT_COUNT_AT, PLAN_SLOT_COUNT - 1},
      {"an additional slot is refused", SLOT_COUNT_AT, PLAN_SLOT_COUNT + 1},
      {"one op less is refused", OP_COUNT_AT, 4},
      {"one op more is refused", OP_COUNT_AT, 6},
      {"the largest op count is refused", OP_COUNT_AT, UINT32_MAX},
      {"a descriptor for the slot none is refused", SLOTS_AT, 5},
      {"a standard descriptor in a slot is refused", SLOTS_AT + 4 * SLOT_PROCFS, 2},
      {"a negative descriptor other than -1 is refused", SLOTS_AT + 4 * SLOT_PROCFS, (uint32_t)-2},
      {"an unknown op is refused", OPS_AT, 60000},
      {"op 0 is refused", OPS_AT, 0},
      {"reserved bits of an op are refused", OPS_AT, OP_FORK_INIT | 0x10000},
      {"an op length of 0 is refused", OPS_AT + 4, 0},
      {"an op length that is one item short is refused", OPS_AT + 4, 4},
      {"an op length that is one item long is refused", OPS_AT + 4, 12},
      {"an op length that is not aligned is refused", OPS_AT + 4, 9},
      {"the largest op length is refused", OPS_AT + 4, UINT32_MAX},
      {"a slot number out of range is refused", PAYLOAD_AT + 4, PLAN_SLOT_COUNT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct bytes plan = sample_plan();
    patch(&plan, cases[i].offset, cases[i].value);
    check(cases[i].claim, !accepts(&plan));
  }
}

static void test_strings(void) {
  struct bytes plan = hostname_plan("abcde");
  check("a string is accepted", accepts(&plan));
  plan.data[PAYLOAD_AT + 4 + 2] = 0;
  check("a NUL inside a string is refused", !accepts(&plan));
  plan = hostname_plan("abcde");
  plan.data[PAYLOAD_AT + 4 + 5] = 'x';
  check("a string without its NUL is refused", !accepts(&plan));
  plan = hostname_plan("abcde");
  plan.data[PAYLOAD_AT + 4 + 7] = 1;
  check("padding that is not zero is refused", !accepts(&plan));
  static const uint32_t lengths[] = {8, 9, 0x7ffffffc, 0x80000000, 0xfffffffb, 0xfffffffc, UINT32_MAX};
  for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
    plan = hostname_plan("abcde");
    patch(&plan, PAYLOAD_AT, lengths[i]);
    check("a string length beyond the payload is refused", !accepts(&plan));
  }
}

static void test_lists(void) {
  static const uint32_t counts[] = {1, 3, 0x10000000, 0x40000000, 0x40000001, 0x80000000, UINT32_MAX};
  for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
    struct bytes plan = begin_plan();
    size_t op = begin_op(&plan, OP_USER);
    put_u64(&plan, 0);
    put_u32(&plan, counts[i]);
    put_u64(&plan, 0);
    end_op(&plan, op);
    check("a count of numbers that is not theirs is refused", !accepts(&plan));
    plan = begin_plan();
    op = begin_op(&plan, OP_EXEC);
    put_u32(&plan, counts[i]);
    put_str(&plan, "a");
    put_str(&plan, "b");
    put_u64(&plan, 0);
    put_u64(&plan, 0);
    end_op(&plan, op);
    check("a count of strings that is not theirs is refused", counts[i] == 1 || !accepts(&plan));
  }
}

static void test_alignment(void) {
  static _Alignas(8) uint8_t buffer[8192 + 1];
  struct bytes whole = sample_plan();
  struct plan plan;
  memcpy(buffer + 1, whole.data, whole.length);
  check("a plan that is not aligned is refused", !plan_check(buffer + 1, whole.length, &plan));
}

int main(void) {
  test_values();
  test_truncation();
  test_every_byte();
  test_header();
  test_strings();
  test_lists();
  test_alignment();
  (void)printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
