#include "plan_reader.h"

#include <string.h>

/* The bytes are read as they lie in memory, and both supported machines are little-endian. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the plan is little-endian");

enum {
  HEADER_SIZE = 5 * sizeof(uint32_t),
  OP_HEADER_SIZE = 2 * sizeof(uint32_t),
  /* A length, a NUL and its padding: what the shortest string takes. */
  SMALLEST_STRING = 2 * sizeof(uint32_t),
  FIRST_SLOT_DESCRIPTOR = 3,
};

static size_t remaining(const struct cursor *cursor) {
  return cursor->bad ? 0 : (size_t)(cursor->end - cursor->at);
}

/* The next `size` bytes, or NULL, and then the cursor is bad. The size is 64 bits so that no sum wraps. */
static const uint8_t *take(struct cursor *cursor, uint64_t size) {
  if (cursor->bad || size > remaining(cursor)) {
    cursor->bad = true;
    return NULL;
  }
  const uint8_t *start = cursor->at;
  cursor->at += size;
  return start;
}

static bool is_zero(const uint8_t *bytes, uint64_t count) {
  for (uint64_t i = 0; i < count; i++)
    if (bytes[i] != 0) return false;
  return true;
}

/*
 * A u32 length, `length` bytes, then zeroes: `terminators` of them at least, and up to the next multiple
 * of 4. The padding must be zero so that one plan has one encoding.
 */
static const uint8_t *take_padded(struct cursor *cursor, uint32_t terminators, uint32_t *length) {
  *length = cursor_u32(cursor);
  uint64_t padded = ((uint64_t)*length + terminators + 3) & ~(uint64_t)3;
  const uint8_t *data = take(cursor, padded);
  if (data == NULL || !is_zero(data + *length, padded - *length)) {
    cursor->bad = true;
    *length = 0;
    return NULL;
  }
  return data;
}

uint32_t cursor_u32(struct cursor *cursor) {
  uint32_t value = 0;
  const uint8_t *data = take(cursor, sizeof value);
  if (data != NULL) memcpy(&value, data, sizeof value);
  return value;
}

int32_t cursor_i32(struct cursor *cursor) {
  return (int32_t)cursor_u32(cursor);
}

/* Read as bytes: the format aligns to 4 only. */
uint64_t cursor_u64(struct cursor *cursor) {
  uint64_t value = 0;
  const uint8_t *data = take(cursor, sizeof value);
  if (data != NULL) memcpy(&value, data, sizeof value);
  return value;
}

int64_t cursor_i64(struct cursor *cursor) {
  return (int64_t)cursor_u64(cursor);
}

enum plan_slot cursor_slot(struct cursor *cursor) {
  uint32_t slot = cursor_u32(cursor);
  if (slot < PLAN_SLOT_COUNT) return (enum plan_slot)slot;
  cursor->bad = true;
  return SLOT_NONE;
}

/*
 * The NUL is part of the format, so the string is used where it lies. One inside would make C see a
 * shorter string than the one that was validated.
 */
const char *cursor_str(struct cursor *cursor) {
  uint32_t length = 0;
  const uint8_t *data = take_padded(cursor, 1, &length);
  if (data == NULL) return "";
  if (memchr(data, 0, length) != NULL) {
    cursor->bad = true;
    return "";
  }
  return (const char *)data;
}

struct plan_bytes cursor_bytes(struct cursor *cursor) {
  struct plan_bytes bytes = {0, NULL};
  bytes.data = take_padded(cursor, 0, &bytes.length);
  return bytes;
}

struct plan_strings cursor_strs(struct cursor *cursor) {
  struct plan_strings list = {0, 0, NULL};
  uint32_t count = cursor_u32(cursor);
  /* Refuse a count that cannot fit before looping over it. */
  if (count > remaining(cursor) / SMALLEST_STRING) cursor->bad = true;
  const uint8_t *first = cursor->at;
  for (uint32_t i = 0; i < count && !cursor->bad; i++)
    (void)cursor_str(cursor);
  if (cursor->bad) return list;
  list = (struct plan_strings){count, (uint32_t)(cursor->at - first), first};
  return list;
}

struct plan_numbers cursor_u32s(struct cursor *cursor) {
  struct plan_numbers list = {0, NULL};
  uint32_t count = cursor_u32(cursor);
  const uint8_t *data = take(cursor, (uint64_t)count * sizeof(uint32_t));
  if (data == NULL) return list;
  list.count = count;
  /* Every item of the format starts at a multiple of 4, and plan_check() requires the same of the base. */
  list.items = (const uint32_t *)(const void *)data;
  return list;
}

bool cursor_is_finished(const struct cursor *cursor) {
  return !cursor->bad && cursor->at == cursor->end;
}

struct cursor plan_strings_begin(const struct plan_strings *list) {
  return (struct cursor){list->first, list->first + list->size, false};
}

bool plan_next(struct cursor *ops, struct plan_op *op) {
  const uint8_t *header = take(ops, OP_HEADER_SIZE);
  if (header == NULL) return false;
  uint16_t number = 0;
  uint16_t reserved = 0;
  uint32_t length = 0;
  memcpy(&number, header, sizeof number);
  memcpy(&reserved, header + 2, sizeof reserved);
  memcpy(&length, header + 4, sizeof length);
  const uint8_t *payload = take(ops, length);
  /* A length that is no multiple of 4 would unalign all that follows. */
  if (payload == NULL || reserved != 0 || length % 4 != 0) return false;
  struct cursor fields = {payload, payload + length, false};
  return plan_decode_op(number, &fields, op);
}

/* Descriptors 0 to 2 belong to the container's program, so no slot may name one of them. */
static bool read_slots(struct cursor *cursor, struct plan *plan) {
  for (uint32_t i = 0; i < PLAN_SLOT_COUNT; i++) {
    plan->slots[i] = cursor_i32(cursor);
    if (plan->slots[i] != -1 && plan->slots[i] < FIRST_SLOT_DESCRIPTOR) return false;
  }
  return !cursor->bad && plan->slots[SLOT_NONE] == -1;
}

bool plan_check(const uint8_t *bytes, size_t length, struct plan *plan) {
  if (length < HEADER_SIZE || length > UINT32_MAX || (uintptr_t)bytes % 4 != 0) return false;
  struct cursor cursor = {bytes, bytes + length, false};
  if (cursor_u32(&cursor) != PLAN_MAGIC || cursor_u32(&cursor) != PLAN_VERSION) return false;
  if (cursor_u32(&cursor) != length || cursor_u32(&cursor) != PLAN_SLOT_COUNT) return false;
  plan->op_count = cursor_u32(&cursor);
  if (!read_slots(&cursor, plan)) return false;
  plan->ops = cursor;
  struct plan_op op;
  for (uint32_t i = 0; i < plan->op_count; i++)
    if (!plan_next(&cursor, &op)) return false;
  return cursor_is_finished(&cursor);
}
