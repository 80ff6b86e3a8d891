/* What `--no-pivot` needs before the container may have the root. */
#ifndef TSRUNC_NO_PIVOT_H
#define TSRUNC_NO_PIVOT_H

#include "machine.h"

/*
 * Removes or covers every full procfs and sysfs outside the rootfs. Without pivot_root(2) the host's tree
 * stays attached below the container's root: while a full procfs is in it, the kernel lets a process of the
 * container mount a fresh one, without the masks.
 */
void hide_host_filesystems(const struct machine *machine);

#endif
