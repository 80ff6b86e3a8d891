/* Where mounts may go. */
#ifndef TSRUNC_MOUNT_TARGET_H
#define TSRUNC_MOUNT_TARGET_H

#include "machine.h"

/* What a mount may hide of procfs. */
struct covering {
  /* The plan has found the path among the few files of procfs that may be covered. */
  bool proc_file;
  /* The mount is a whole procfs itself. */
  bool whole_proc;
};

/*
 * The place `path` below the root, made when it is missing: a directory, else an empty file. Fails for the root
 * itself and for what may not be covered.
 */
int open_target(struct machine *machine, const char *path, uint32_t mode, bool directory,
                struct covering covering);

#endif
