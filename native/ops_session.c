/* Small operations on the process and on its namespaces. */
#include "cleanup.h"
#include "kernel.h"
#include "ops.h"
#include "report.h"
#include "text.h"

#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>

void op_new_session(void) {
  if (setsid() < 0) fail(STEP_CREATE_THE_SESSION, errno, NULL);
}

/* The fourth field of KEYCTL_DESCRIBE's "type;uid;gid;permissions;description", in hex. */
static uint32_t parse_permissions(const char *description) {
  for (int field = 0; field < 3; field++) {
    description += strcspn(description, ";");
    if (*description == ';') description++;
  }
  uint32_t value = 0;
  for (; *description != ';' && *description != '\0'; description++) {
    uint32_t digit = (uint32_t)(unsigned char)*description;
    value = value << 4 | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
  }
  return value;
}

/*
 * A session keyring of its own keeps the container away from the keys of whoever called tsrunc. Without
 * CONFIG_KEYS, or under a seccomp filter that hides the call, there are no keys to keep away from.
 */
void op_session_keyring(const struct op_session_keyring *op) {
  long key = syscall(SYS_keyctl, K_KEYCTL_JOIN_SESSION_KEYRING, op->name, 0, 0, 0);
  if (key < 0 && errno == ENOSYS) return;
  if (key < 0) fail(STEP_JOIN_THE_KEYRING, errno, op->name);
  if (op->permissions == 0) return;
  char description[256];
  memset(description, 0, sizeof description);
  if (syscall(SYS_keyctl, K_KEYCTL_DESCRIBE, key, description, sizeof description - 1, 0) < 0)
    fail(STEP_SET_THE_KEY_PERMISSIONS, errno, op->name);
  uint32_t permissions = parse_permissions(description) | op->permissions;
  if (syscall(SYS_keyctl, K_KEYCTL_SETPERM, key, permissions, 0, 0) < 0)
    fail(STEP_SET_THE_KEY_PERMISSIONS, errno, op->name);
}

void op_loopback_up(void) {
  CLEANUP_FD int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail(STEP_OPEN_THE_SOCKET, errno, NULL);
  struct ifreq request;
  memset(&request, 0, sizeof request);
  memcpy(request.ifr_name, "lo", sizeof "lo");
  if (sys_ioctl(fd, SIOCGIFFLAGS, &request) < 0) fail(STEP_CONFIGURE_THE_INTERFACE, errno, "lo");
  request.ifr_flags = (short)(request.ifr_flags | IFF_UP);
  if (sys_ioctl(fd, SIOCSIFFLAGS, &request) < 0) fail(STEP_CONFIGURE_THE_INTERFACE, errno, "lo");
}

void op_hostname(const struct op_hostname *op) {
  if (syscall(SYS_sethostname, op->name, strlen(op->name)) < 0) fail(STEP_SET_THE_HOST_NAME, errno, op->name);
}

void op_domainname(const struct op_domainname *op) {
  if (syscall(SYS_setdomainname, op->name, strlen(op->name)) < 0)
    fail(STEP_SET_THE_DOMAIN_NAME, errno, op->name);
}

void op_umask(const struct op_umask *op) {
  (void)umask(op->mask & 0777);
}

void op_no_new_privileges(void) {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) fail(STEP_SET_NO_NEW_PRIVS, errno, NULL);
}

/*
 * The affinity of whoever called tsrunc is none of the container's business. All ones, as many as the
 * kernel can be built for (8192): it clips them to the cpuset.
 */
void op_reset_affinity(void) {
  uint8_t every_cpu[8192 / 8];
  memset(every_cpu, 0xff, sizeof every_cpu);
  if (syscall(SYS_sched_setaffinity, 0, sizeof every_cpu, every_cpu) < 0)
    warn(STEP_SET_THE_AFFINITY, errno, 0, NULL);
}

static bool has_parent_component(const char *path) {
  for (;;) {
    size_t length = strcspn(path, "/");
    if (length == 2 && memcmp(path, "..", 2) == 0) return true;
    if (path[length] == '\0') return false;
    path += length + 1;
  }
}

/*
 * The files of net, ipc and uts show the namespaces of whoever opens them, so the host's procfs is right.
 * The open refuses whatever lies outside of procfs or is mounted over it, and ".." would be the rest of it.
 */
void op_sysctl(struct machine *machine, const struct op_sysctl *op) {
  char buffer[PATH_MAX];
  struct text path = text_begin(buffer, sizeof buffer);
  text_append(&path, "sys/");
  text_append(&path, op->path);
  if (path.truncated) fail(STEP_RESOLVE_THE_PATH, ENAMETOOLONG, op->path);
  if (has_parent_component(op->path)) fail(STEP_RESOLVE_THE_PATH, EINVAL, op->path);
  write_procfs(machine, buffer, op->value);
}
