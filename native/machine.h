/* What the ops share: the plan's slots and what earlier ops have opened. */
#ifndef TSRUNC_MACHINE_H
#define TSRUNC_MACHINE_H

#include "plan_reader.h"

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

struct machine {
  struct plan plan;
  /* The mapping behind it. */
  void *plan_bytes;
  size_t plan_length;
  /* O_PATH descriptor of the container's root, -1 before it is needed. */
  int root;
  /* False while this process still shares its mounts with the host. */
  bool own_mounts;
  const char *rootfs_path;
  /* What paths are masked with: a verified null device and the one empty tmpfs. */
  int null_device;
  int empty_directory;
  /* What findExecutable found. */
  char executable[PATH_MAX];
  /* The filter to be loaded right before execve(2). */
  struct op_seccomp seccomp;
  bool has_seccomp;
};

/* The descriptor of a slot, -1 when the slot is not used. */
int slot_fd(const struct machine *machine, enum plan_slot slot);
void close_slot(struct machine *machine, enum plan_slot slot);

/* The container's root. Before openRootfs, as in an exec, that is "/" of the mount namespace just joined. */
int root_fd(struct machine *machine);

/* Is `fd` the root of a whole procfs? */
bool is_procfs_root(int fd);

/*
 * Opens `path` in the procfs that tsrunc has verified. -1 with errno.
 *
 * Never through "/proc": in the container any file may be mounted over any other there (CVE-2025-52881).
 */
int open_procfs(const struct machine *machine, const char *path, int flags);

/* Writes `value` to a file of procfs with one write(2), or fails. */
void write_procfs(const struct machine *machine, const char *path, const char *value);

/* setgroups(2), or nothing where the user namespace denies it to everyone. */
void set_groups(const struct machine *machine, uint32_t count, const uint32_t *groups);

bool is_null_device(const struct stat *status);

#endif
