/*
 * Reads plans from stdin, each after its length (u32, little-endian), and lets the reader of tsrunc-init judge
 * them: exits 1 and says which one at the first that it refuses.
 */
#include "plan_reader.h"

#include <stdio.h>
#include <stdlib.h>

int main(void) {
  uint32_t length;
  for (unsigned number = 0; fread(&length, sizeof length, 1, stdin) == 1; number++) {
    uint8_t *bytes = malloc(length);
    struct plan plan;
    if (bytes == NULL || fread(bytes, 1, length, stdin) != length) return 2;
    bool good = plan_check(bytes, length, &plan);
    free(bytes);
    if (!good) {
      printf("plan %u is refused\n", number);
      return 1;
    }
  }
  return 0;
}
