/*
 * A static program that tells what a process in a container sees. The demo runs it, and the end-to-end tests
 * look at containers through it: what it prints comes from system calls and /proc, never from our own plan.
 *
 *   probe            everything, one "name: value" a line
 *   probe NAME...    only these names
 *   probe syscall NUMBER ARGUMENT...
 *                    makes this system call (as a 32-bit program with "syscall32") and prints its result and
 *                    errno, or the number and errno in the SIGSYS that it got
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static void show_file(const char *name, const char *path)
{
	char line[4096];
	FILE *file = fopen(path, "re");

	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		printf("%s: %s\n", name, line);
	}
	fclose(file);
}

/* One line of /proc/self/status, by its own name. */
static void show_status(const char *name, const char *field)
{
	char line[512];
	FILE *file = fopen("/proc/self/status", "re");

	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		size_t length = strlen(field);

		if (strncmp(line, field, length) != 0 || line[length] != ':')
			continue;
		line[strcspn(line, "\n")] = '\0';
		printf("%s: %s\n", name, line + length + 1 + strspn(line + length + 1, "\t "));
	}
	fclose(file);
}

static void show_pid(void) { printf("pid: %d\n", getpid()); }
static void show_session(void) { printf("session: %d\n", getsid(0)); }

static void show_host(void)
{
	struct utsname names;

	uname(&names);
	printf("hostname: %s\n", names.nodename);
	printf("domainname: %s\n", names.domainname);
}

static void show_user(void)
{
	uid_t uid[3];
	gid_t gid[3], groups[256];
	int count = getgroups(256, groups);

	getresuid(&uid[0], &uid[1], &uid[2]);
	getresgid(&gid[0], &gid[1], &gid[2]);
	printf("uid: %u %u %u\n", uid[0], uid[1], uid[2]);
	printf("gid: %u %u %u\n", gid[0], gid[1], gid[2]);
	printf("groups:");
	for (int i = 0; i < count; i++)
		printf(" %u", groups[i]);
	printf("\n");
}

static void show_umask(void)
{
	mode_t mask = umask(0);

	umask(mask);
	printf("umask: %04o\n", mask);
}

static void show_cwd(void)
{
	char path[4096];

	printf("cwd: %s\n", getcwd(path, sizeof(path)) == NULL ? "(gone)" : path);
}

static void show_env(void)
{
	for (char **entry = environ; *entry != NULL; entry++)
		printf("env: %s\n", *entry);
}

static void show_capabilities(void)
{
	static const char *const sets[] = { "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb" };

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		show_status(sets[i], sets[i]);
	show_status("NoNewPrivs", "NoNewPrivs");
}

static void show_signals(void)
{
	show_status("SigBlk", "SigBlk");
	show_status("SigIgn", "SigIgn");
	show_status("SigCgt", "SigCgt");
}

static void show_limits(void)
{
	for (int resource = 0; resource < 16; resource++) {
		struct rlimit limit;

		if (getrlimit(resource, &limit) == 0)
			printf("rlimit: %d %llu %llu\n", resource, (unsigned long long)limit.rlim_cur,
			       (unsigned long long)limit.rlim_max);
	}
}

static void show_fds(void)
{
	DIR *directory = opendir("/proc/self/fd");
	struct dirent *entry;

	if (directory == NULL)
		return;
	while ((entry = readdir(directory)) != NULL) {
		char target[4096] = "";

		if (entry->d_name[0] == '.' || atoi(entry->d_name) == dirfd(directory))
			continue;
		if (readlinkat(dirfd(directory), entry->d_name, target, sizeof(target) - 1) < 0)
			strcpy(target, "?");
		printf("fd: %s %s\n", entry->d_name, target);
	}
	closedir(directory);
}

static void show_oom(void) { show_file("oom_score_adj", "/proc/self/oom_score_adj"); }
static void show_cgroup(void) { show_file("cgroup", "/proc/self/cgroup"); }
static void show_mounts(void) { show_file("mount", "/proc/self/mountinfo"); }

static void show_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	printf("monotonic: %lld\n", (long long)now.tv_sec);
	clock_gettime(CLOCK_BOOTTIME, &now);
	printf("boottime: %lld\n", (long long)now.tv_sec);
}

/* struct sched_attr of sched_setattr(2). */
static void show_scheduler(void)
{
	struct {
		unsigned size, policy;
		unsigned long long flags;
		int nice;
		unsigned priority;
		unsigned long long runtime, deadline, period;
	} attr = { .size = 48 };

	if (syscall(SYS_sched_getattr, 0, &attr, 48, 0) == 0)
		printf("scheduler: policy=%u flags=%llu nice=%d priority=%u runtime=%llu deadline=%llu period=%llu\n",
		       attr.policy, attr.flags, attr.nice, attr.priority, attr.runtime, attr.deadline, attr.period);
}

/* The class and the level of this process, and the highest of its process group. */
static void show_io_priority(void)
{
	for (int who = 1; who <= 2; who++) {
		long value = syscall(SYS_ioprio_get, who, 0);

		printf("io_priority: %ld %ld\n", value >> 13, value & 7);
	}
}

static void show_personality(void)
{
	struct utsname names;

	uname(&names);
	printf("personality: %d %s\n", personality(0xffffffff), names.machine);
}

static void show_memory_policy(void)
{
	unsigned long nodes[32768 / 8 / sizeof(unsigned long)] = { 0 };
	int mode = -1;

	if (syscall(SYS_get_mempolicy, &mode, nodes, sizeof(nodes) * 8, NULL, 0) == 0)
		printf("memory_policy: 0x%x 0x%lx\n", (unsigned)mode, nodes[0]);
}

static void show_tty(void)
{
	for (int fd = 0; fd < 3; fd++)
		printf("tty: %d %s\n", fd, isatty(fd) ? "yes" : "no");
}

static const struct {
	const char *name;
	void (*show)(void);
} sections[] = {
	{ "pid", show_pid },       { "session", show_session },   { "host", show_host },
	{ "user", show_user },     { "umask", show_umask },       { "cwd", show_cwd },
	{ "env", show_env },       { "caps", show_capabilities }, { "signals", show_signals },
	{ "limits", show_limits }, { "fds", show_fds },           { "oom", show_oom },
	{ "cgroup", show_cgroup }, { "mounts", show_mounts },     { "time", show_time },
	{ "tty", show_tty },       { "sched", show_scheduler },   { "ioprio", show_io_priority },
	{ "personality", show_personality },
	{ "mempolicy", show_memory_policy },
};

static void show_trap(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	dprintf(1, "sigsys: %d %d\n", info->si_syscall, info->si_errno);
	_exit(0);
}

static long call_32(long number, const long *arguments)
{
#ifdef __x86_64__
	long result;

	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"(number), "b"(arguments[0]), "c"(arguments[1]), "d"(arguments[2]), "S"(arguments[3])
			 : "memory", "r8", "r9", "r10", "r11");
	if ((int)result < 0 && (int)result > -4096) {
		errno = -(int)result;
		return -1;
	}
	return result;
#else
	(void)number;
	(void)arguments;
	errno = ENOTSUP;
	return -1;
#endif
}

static int make_call(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = show_trap, .sa_flags = SA_SIGINFO };
	long numbers[7] = { 0 }, result;

	for (int i = 2; i < argc && i < 9; i++)
		numbers[i - 2] = (long)strtoull(argv[i], NULL, 0);
	sigaction(SIGSYS, &action, NULL);
	errno = 0;
	if (strcmp(argv[1], "syscall32") == 0)
		result = call_32(numbers[0], numbers + 1);
	else
		result = syscall(numbers[0], numbers[1], numbers[2], numbers[3], numbers[4], numbers[5], numbers[6]);
	dprintf(1, "result: %ld\nerrno: %d\n", result, result == -1 ? errno : 0);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 2 && strncmp(argv[1], "syscall", strlen("syscall")) == 0)
		return make_call(argc, argv);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++) {
		int wanted = argc == 1;

		for (int j = 1; j < argc; j++)
			wanted |= strcmp(argv[j], sections[i].name) == 0;
		if (wanted)
			sections[i].show();
	}
	return 0;
}
