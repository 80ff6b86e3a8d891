/* Descriptors that close themselves at the end of their scope, and retries after a signal. */
#ifndef TSRUNC_CLEANUP_H
#define TSRUNC_CLEANUP_H

#include <errno.h>
#include <unistd.h>

static inline void close_fd(int *fd) {
  if (*fd >= 0) (void)close(*fd);
  *fd = -1;
}

/* The caller's own errno survives the close. */
static inline void cleanup_fd(int *fd) {
  int saved = errno;
  close_fd(fd);
  errno = saved;
}

#define CLEANUP_FD __attribute__((cleanup(cleanup_fd)))

/* Takes the descriptor out of a CLEANUP_FD variable, so that it outlives the scope. */
static inline int steal_fd(int *fd) {
  int stolen = *fd;
  *fd = -1;
  return stolen;
}

/* For calls that may be restarted. Not for close(2): Linux has released the descriptor when it says EINTR. */
#define RETRY_EINTR(call)                                                                                    \
  __extension__({                                                                                            \
    __typeof__(call) result_;                                                                                \
    do                                                                                                       \
      result_ = (call);                                                                                      \
    while (result_ < 0 && errno == EINTR);                                                                   \
    result_;                                                                                                 \
  })

#endif
