#include "sync.h"

#include "cleanup.h"
#include "report.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>

/*
 *   init                                   tsrunc
 *    │ ── {sync, forked} ────────────────────► │  id maps, v1 cgroups
 *    │ ◄──────────────────────────── proceed ─ │
 *    │ ── {sync, beforePivot} ───────────────► │  resources, runtime hooks
 *    │ ◄──────────────────────────── proceed ─ │
 *    │ ── {sync, ready} ─────────────────────► │  rlimits, final state
 *    │ ◄──────────────────────────── proceed ─ │
 *    │ ── {created}, end of file ────────────► │
 *
 * Anything but `proceed`, and an end of file as well, means that tsrunc gave up or died: init has nothing
 * to report to anyone then, it just goes.
 */
void sync_point(uint32_t point) {
  if (report_message(MESSAGE_SYNC, STEP_NONE, 0, (int32_t)point, NULL) < 0) fail(STEP_SEND, errno, NULL);
  uint32_t reply = 0;
  ssize_t length = RETRY_EINTR(recv(report_socket(), &reply, sizeof reply, MSG_TRUNC));
  if (length < 0) fail(STEP_RECEIVE, errno, NULL);
  if (length == 0) fail(STEP_PARENT_DIED, 0, NULL);
  if (length != sizeof reply || reply != REPLY_PROCEED) fail(STEP_RECEIVE, EPROTO, NULL);
}

/*
 * The death signal comes from the thread of tsrunc that spawned this process, which is its main thread.
 * tsrunc may have died just before the request: then its end of the socket is closed, and we see that.
 */
void guard_parent(void) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0) fail(STEP_PARENT_DIED, errno, NULL);
  check_parent();
}

void unguard_parent(void) {
  (void)prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
}

void check_parent(void) {
  struct pollfd sync = {.fd = report_socket(), .events = 0};
  if (RETRY_EINTR(poll(&sync, 1, 0)) > 0 && (sync.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
    fail(STEP_PARENT_DIED, 0, NULL);
}
