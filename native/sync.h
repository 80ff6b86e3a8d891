/* Waiting for tsrunc, and not outliving it while the container is half made. */
#ifndef TSRUNC_SYNC_H
#define TSRUNC_SYNC_H

#include "plan_format.gen.h"

/* Tells tsrunc that init waits at `point` and returns when it may proceed. */
void sync_point(uint32_t point);

/* Asks the kernel for a SIGKILL when tsrunc dies. Lost by fork(2) and by a change of credentials. */
void guard_parent(void);

/* From now on init lives on its own. */
void unguard_parent(void);

/* Exits when tsrunc is gone already. */
void check_parent(void);

#endif
