/* Trees of the host that the helper has opened for init. See ops_sources.c. */
#ifndef TSRUNC_SOURCES_H
#define TSRUNC_SOURCES_H

#include "machine.h"

/* The next tree of the helper. Fails with the helper's words when it could not open that. */
int receive_source(struct machine *machine);

#endif
