/* Messages from init to tsrunc, and the one way to die. The format is in src/plan/ops.ts. */
#ifndef TSRUNC_REPORT_H
#define TSRUNC_REPORT_H

#include "plan_format.gen.h"

#include <stddef.h>

/* The text of a message is cut to this. */
#define REPORT_TEXT_MAX 2048

/* The socket that messages go to from now on. -1: none. */
void report_to(int socket);
int report_socket(void);

/* The index of the op that messages are about. */
void report_op(uint32_t index);

/* The container was started: a failure is now the program's, and exits with 255 as runc's does. */
void report_started(void);

/* 0 or -1 with errno, as sendmsg(2). */
int report_message(enum message_kind kind, enum plan_step step, int error, int32_t value, const char *text);

/* The same with a descriptor beside it (SCM_RIGHTS). */
int report_descriptor(enum message_kind kind, int fd);

/* A step that may fail did; init goes on. */
void warn(enum plan_step step, int error, int32_t value, const char *text);

/* Every failure leaves through here: one failure message, then _exit. `detail` may be NULL. */
_Noreturn void fail(enum plan_step step, int error, const char *detail);
_Noreturn void fail_with_value(enum plan_step step, int error, int32_t value, const char *detail);

#endif
