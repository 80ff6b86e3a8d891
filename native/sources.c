#include "sources.h"

#include "cleanup.h"
#include "report.h"

#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

/* A record of the helper, as report_message() and report_descriptor() write it. */
struct record {
  uint32_t kind;
  uint32_t op;
  uint32_t step;
  uint32_t error;
  uint32_t value;
  char text[REPORT_TEXT_MAX + 1];
};

/* -1 when there is none. There is room for one, so the kernel closes any other. */
static int received_descriptor(struct msghdr *message) {
  int fd = -1;
  struct cmsghdr *header = CMSG_FIRSTHDR(message);
  if (header != NULL && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
      header->cmsg_len == CMSG_LEN(sizeof fd))
    memcpy(&fd, CMSG_DATA(header), sizeof fd);
  return fd;
}

int receive_source(struct machine *machine) {
  struct record record;
  union {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
  } control;
  struct iovec part = {&record, sizeof record - 1};
  struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control};
  memset(&record, 0, sizeof record);
  memset(&control, 0, sizeof control);
  message.msg_controllen = sizeof control.bytes;
  ssize_t length = RETRY_EINTR(recvmsg(slot_fd(machine, SLOT_SOURCES), &message, MSG_CMSG_CLOEXEC));
  if (length < 0) fail(STEP_RECEIVE, errno, NULL);
  /* The helper ended without a word. */
  if ((size_t)length < offsetof(struct record, text)) fail(STEP_RECEIVE, ECONNRESET, NULL);
  if (record.kind == MESSAGE_FAILURE) fail((enum plan_step)record.step, (int)record.error, record.text);
  int fd = received_descriptor(&message);
  if (record.kind != MESSAGE_SOURCE || fd < 0) fail(STEP_RECEIVE, EPROTO, NULL);
  return fd;
}
