/*
 * libFuzzer target for the plan reader. Build and run:
 *   clang -g -O1 -fsanitize=fuzzer,address,undefined -Inative native/test/plan_reader_fuzz.c \
 *     native/plan_reader.c native/plan_decode.gen.c -o plan_reader_fuzz && ./plan_reader_fuzz corpus/
 * Plans written by src/plan/encode.ts are the best seeds.
 */
#include "plan_reader.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Touches every string of the list as the ops do, so that a sanitizer sees a view that is too long. */
static size_t read_strings(const struct plan_strings *list) {
  size_t total = 0;
  struct cursor cursor = plan_strings_begin(list);
  for (uint32_t i = 0; i < list->count; i++)
    total += strlen(cursor_str(&cursor));
  if (!cursor_is_finished(&cursor)) abort();
  return total;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  /* An exact copy on the heap: reading one byte too many is then an error that the sanitizer reports. */
  uint8_t *copy = malloc(size > 0 ? size : 1);
  if (copy == NULL) return 0;
  if (size > 0) memcpy(copy, data, size);
  struct plan plan;
  if (plan_check(copy, size, &plan)) {
    struct cursor cursor = plan.ops;
    struct plan_op op;
    for (uint32_t i = 0; i < plan.op_count; i++) {
      /* What was accepted once is accepted again: the ops are decoded a second time to be run. */
      if (!plan_next(&cursor, &op)) abort();
      if (op.number == OP_EXEC) (void)(read_strings(&op.as.exec.args) + read_strings(&op.as.exec.env));
      if (op.number == OP_MOUNT) (void)read_strings(&op.as.mount.parameters);
    }
  }
  free(copy);
  return 0;
}
