/*
 * Signals of a foreground `run` go to the container. The JavaScript engine has threads and no say over where
 * a signal lands, so the handlers are C: one pidfd_send_signal(2), which is async-signal-safe.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

static int relay_pidfd = -1;
static int resize_pipe = -1;

static void relay(int signal)
{
	int saved = errno;

	if (signal == SIGWINCH && resize_pipe >= 0) {
		/* A full pipe already says that the size has changed. */
		ssize_t ignored = write(resize_pipe, "", 1);
		(void)ignored;
	} else {
		syscall(SYS_pidfd_send_signal, relay_pidfd, signal, NULL, 0);
	}
	errno = saved;
}

/*
 * Which signals stay with us: the ones that report our own faults, children and pipes, and those the engine
 * uses for itself (SIGPWR suspends its threads; 32 and 33 belong to libc).
 */
static int stays_here(int signal)
{
	switch (signal) {
	case SIGKILL: case SIGSTOP: case SIGCHLD: case SIGURG: case SIGPIPE: case SIGXFSZ:
	case SIGSEGV: case SIGBUS: case SIGFPE: case SIGILL: case SIGTRAP: case SIGABRT: case SIGSYS:
	case SIGPWR: case 32: case 33:
		return 1;
	default:
		return 0;
	}
}

/*
 * From now on signals to this process are sent to the process behind `pidfd`. A change of the terminal's
 * size (SIGWINCH) is a byte on `resize_fd` instead, when that is not negative. Returns 0 or -errno.
 */
__attribute__((visibility("default"))) int64_t tsrunc_forward_signals(int32_t pidfd, int32_t resize_fd);

int64_t tsrunc_forward_signals(int32_t pidfd, int32_t resize_fd)
{
	struct sigaction action = { .sa_handler = relay, .sa_flags = SA_RESTART };

	relay_pidfd = pidfd;
	resize_pipe = resize_fd;
	sigfillset(&action.sa_mask);
	for (int signal = 1; signal <= 64; signal++) {
		if (stays_here(signal))
			continue;
		if (sigaction(signal, &action, NULL) == -1)
			return -errno;
	}
	return 0;
}
