#include "report.h"

#include "cleanup.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

enum { EXIT_SETUP = 1, EXIT_STARTED = 255 };

/* The only process-wide state: a failure must be reportable from anywhere without passing it around. */
static struct {
  int socket;
  uint32_t op;
  int exit_status;
} report = {-1, 0, EXIT_SETUP};

void report_to(int socket) {
  report.socket = socket;
}

int report_socket(void) {
  return report.socket;
}

void report_op(uint32_t index) {
  report.op = index;
}

void report_started(void) {
  report.exit_status = EXIT_STARTED;
}

int report_message(enum message_kind kind, enum plan_step step, int error, int32_t value, const char *text) {
  uint32_t header[] = {(uint32_t)kind, report.op, (uint32_t)step, (uint32_t)error, (uint32_t)value};
  size_t length = text == NULL ? 0 : strlen(text);
  if (length > REPORT_TEXT_MAX) length = REPORT_TEXT_MAX;
  /* sendmsg(2) does not write to what it sends; iovec merely has no const. */
  struct iovec parts[] = {{header, sizeof header}, {(void *)(uintptr_t)text, length}};
  struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
  if (report.socket < 0) {
    errno = EBADF;
    return -1;
  }
  /* Without MSG_NOSIGNAL a tsrunc that is gone would kill init by SIGPIPE, and with it the exit status. */
  return RETRY_EINTR(sendmsg(report.socket, &message, MSG_NOSIGNAL)) < 0 ? -1 : 0;
}

int report_descriptor(enum message_kind kind, int fd) {
  uint32_t header[] = {(uint32_t)kind, report.op, STEP_NONE, 0, 0};
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = {header, sizeof header};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
  memset(&control, 0, sizeof control);
  control.header.cmsg_level = SOL_SOCKET;
  control.header.cmsg_type = SCM_RIGHTS;
  control.header.cmsg_len = CMSG_LEN(sizeof fd);
  memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
  message.msg_control = &control;
  message.msg_controllen = sizeof control.bytes;
  return RETRY_EINTR(sendmsg(report.socket, &message, MSG_NOSIGNAL)) < 0 ? -1 : 0;
}

/* A warning that nobody hears is not worth dying for. */
void warn(enum plan_step step, int error, int32_t value, const char *text) {
  (void)report_message(MESSAGE_WARNING, step, error, value, text);
}

_Noreturn void fail_with_value(enum plan_step step, int error, int32_t value, const char *detail) {
  (void)report_message(MESSAGE_FAILURE, step, error, value, detail);
  _exit(report.exit_status);
}

_Noreturn void fail(enum plan_step step, int error, const char *detail) {
  fail_with_value(step, error, 0, detail);
}
