/* The string arrays that execve(2) takes. */
#ifndef TSRUNC_VECTOR_H
#define TSRUNC_VECTOR_H

#include "plan_format.gen.h"

#include <stddef.h>

/*
 * A NULL-terminated array that points at the strings of the plan, with `extra` free places at the end. It
 * comes from mmap(2): init has no heap.
 */
const char **make_vector(const struct plan_strings *list, uint32_t extra);
void free_vector(const char **vector, const struct plan_strings *list, uint32_t extra);

#endif
