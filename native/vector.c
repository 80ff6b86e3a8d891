#include "vector.h"

#include "plan_reader.h"
#include "report.h"

#include <errno.h>
#include <sys/mman.h>

static size_t vector_size(const struct plan_strings *list, uint32_t extra) {
  return ((size_t)list->count + extra + 1) * sizeof(char *);
}

const char **make_vector(const struct plan_strings *list, uint32_t extra) {
  void *memory =
      mmap(NULL, vector_size(list, extra), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) fail(STEP_ALLOCATE_MEMORY, errno, NULL);
  const char **vector = memory;
  struct cursor cursor = plan_strings_begin(list);
  for (uint32_t i = 0; i < list->count; i++)
    vector[i] = cursor_str(&cursor);
  return vector;
}

void free_vector(const char **vector, const struct plan_strings *list, uint32_t extra) {
  (void)munmap(vector, vector_size(list, extra));
}
