/* Mounts by descriptor. A mount is made or cloned detached, finished there, and attached in one step. */
#ifndef TSRUNC_MOUNT_CALLS_H
#define TSRUNC_MOUNT_CALLS_H

#include "plan_format.gen.h"

#include <stdbool.h>

struct attributes {
  uint64_t set;
  uint64_t clear;
  /* Cleared as well, but given up when one of them is locked. */
  uint64_t reset;
  uint64_t rec_set;
  uint64_t rec_clear;
};

/* A detached copy of the mount at `directory`/`path`, or of what `directory` is when `path` is "". */
int clone_mount(int directory, const char *path, bool recursive);

/* The names in these are for the failure message only. */
void set_attributes(int mount, const struct attributes *attributes, const char *name);
void set_propagation(int mount, struct plan_numbers propagation, const char *name);
void attach_mount(int mount, int target, const char *name);

/* fsconfig(2) for each MS_* flag of the super block that has a name, and for each "key" or "key=value". */
void set_super_flags(int context, uint32_t flags);
void set_parameter(int context, const char *parameter);
void configure(int context, unsigned command, const char *key, const char *value, enum plan_step step);

/* Can fsconfig(2) express all of it? */
bool fits_fsconfig(const char *source, uint32_t super_flags, const struct plan_strings *parameters);

#endif
