/*
 * The only place where container paths are resolved: under a root descriptor, never outside it.
 *
 * All functions return a descriptor, or -1 with errno. `mode` is one of enum path_mode. Paths are as the
 * spec wrote them, absolute or not; both start at the root.
 */
#ifndef TSRUNC_PATH_IN_ROOT_H
#define TSRUNC_PATH_IN_ROOT_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* An O_PATH descriptor of what is there. */
int path_open(int root, const char *path, uint32_t mode);

/* Opens a file for real, with the O_* `flags`. */
int path_open_file(int root, const char *path, int flags, uint32_t mode);

/* An O_PATH descriptor; what is missing is made as directories with `permissions`. */
int path_make_directory(int root, const char *path, uint32_t mode, mode_t permissions);

/* The same, except that a missing last component becomes an empty file. */
int path_make_file(int root, const char *path, uint32_t mode);

/* The directory that holds the last component of `path`, made when missing, and that component. */
int path_make_parent(int root, const char *path, char name[NAME_MAX + 1]);

/* The directory `path` of the host, no component of which may be a symlink. */
int path_open_host_directory(const char *path);

/* Are both descriptors the same inode? A mount onto the root itself would hide it from us. */
bool path_is_same(int a, int b);

#endif
