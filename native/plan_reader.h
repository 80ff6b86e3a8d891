/*
 * The bounded reader of the plan: the only code that trusts a length.
 *
 * plan_check() walks the whole plan once before anything is done. Afterwards every string that an op
 * points at is inside the mapping, ends in a NUL and holds no other, so the ops can use them as C strings.
 */
#ifndef TSRUNC_PLAN_READER_H
#define TSRUNC_PLAN_READER_H

#include "plan_format.gen.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A read position that cannot leave its range. The first malformed item makes it `bad` for good and every
 * later read yields zeroes, so decoders need no check after each field.
 */
struct cursor {
  const uint8_t *at;
  const uint8_t *end;
  bool bad;
};

struct plan {
  int32_t slots[PLAN_SLOT_COUNT];
  uint32_t op_count;
  struct cursor ops;
};

/* False when a byte of the plan is not as the format says. `bytes` is aligned to 4. */
bool plan_check(const uint8_t *bytes, size_t length, struct plan *plan);

/* Decodes the op at the cursor and moves past it. */
bool plan_next(struct cursor *ops, struct plan_op *op);

uint32_t cursor_u32(struct cursor *cursor);
int32_t cursor_i32(struct cursor *cursor);
uint64_t cursor_u64(struct cursor *cursor);
int64_t cursor_i64(struct cursor *cursor);
enum plan_slot cursor_slot(struct cursor *cursor);
const char *cursor_str(struct cursor *cursor);
struct plan_bytes cursor_bytes(struct cursor *cursor);
struct plan_strings cursor_strs(struct cursor *cursor);
struct plan_numbers cursor_u32s(struct cursor *cursor);
bool cursor_is_finished(const struct cursor *cursor);

/* A cursor over the items of a list; read each with cursor_str(). */
struct cursor plan_strings_begin(const struct plan_strings *list);

#endif
