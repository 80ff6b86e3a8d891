#include "mount_calls.h"

#include "cleanup.h"
#include "kernel.h"
#include "plan_reader.h"
#include "report.h"
#include "text.h"

#include <string.h>

enum {
  /* fsconfig(2) takes strings of up to 255 bytes, and a NUL. */
  FSCONFIG_STRING_MAX = 255,
};

/* Super block flags that every file system knows by name. MS_SILENT concerns mount(2) only. */
static const struct {
  uint32_t flag;
  const char *name;
} super_flag_names[] = {
    {K_MS_RDONLY, "ro"},     {K_MS_SYNCHRONOUS, "sync"},  {K_MS_DIRSYNC, "dirsync"},
    {K_MS_MANDLOCK, "mand"}, {K_MS_LAZYTIME, "lazytime"},
};

int clone_mount(int directory, const char *path, bool recursive) {
  unsigned flags = K_OPEN_TREE_CLONE | K_OPEN_TREE_CLOEXEC | K_AT_EMPTY_PATH;
  if (recursive) flags |= K_AT_RECURSIVE;
  return sys_open_tree(directory, path, flags);
}

static int try_some(int mount, uint64_t set, uint64_t clear, unsigned flags) {
  if ((set | clear) == 0) return 0;
  struct kernel_mount_attr attr = {.attr_set = set, .attr_clr = clear};
  return sys_mount_setattr_fd(mount, flags, &attr);
}

/*
 * A flag is locked when the mount came from a more privileged user namespace. Clearing it is an EPERM when the
 * plan names it; when the plan only wants to start from nothing, the flags of the source stay as they are.
 */
void set_attributes(int mount, const struct attributes *attributes, const char *name) {
  uint64_t clear = attributes->clear;
  int result = try_some(mount, attributes->set, clear | attributes->reset, 0);
  if (result < 0 && errno == EPERM && attributes->reset != 0)
    result = try_some(mount, attributes->set, clear, 0);
  if (result < 0) fail(STEP_SET_THE_ATTRIBUTES, errno, name);
  if (try_some(mount, attributes->rec_set, attributes->rec_clear, K_AT_RECURSIVE) < 0)
    fail(STEP_SET_THE_ATTRIBUTES, errno, name);
}

/* After attaching: a mount that is put below a shared one becomes shared itself, whatever it was. */
void set_propagation(int mount, struct plan_numbers propagation, const char *name) {
  for (uint32_t i = 0; i < propagation.count; i++) {
    uint32_t flag = propagation.items[i];
    struct kernel_mount_attr attr = {.propagation = flag & ~K_MS_REC};
    unsigned flags = (flag & K_MS_REC) != 0 ? K_AT_RECURSIVE : 0;
    if (sys_mount_setattr_fd(mount, flags, &attr) < 0) fail(STEP_SET_THE_PROPAGATION, errno, name);
  }
}

void attach_mount(int mount, int target, const char *name) {
  if (sys_move_mount_fd(mount, target) < 0) fail(STEP_ATTACH_THE_MOUNT, errno, name);
}

/*
 * The kernel explains a failure in the log of the context, a line for each read(2): "e tmpfs: Bad value for
 * 'size'". Without such a line the parameter itself has to do.
 */
static _Noreturn void fail_with_log(int context, enum plan_step step, int error, const char *fallback) {
  char line[256];
  char buffer[REPORT_TEXT_MAX + 1];
  struct text log = text_begin(buffer, sizeof buffer);
  for (;;) {
    ssize_t length = RETRY_EINTR(read(context, line, sizeof line));
    if (length <= 0) break;
    if (length < 2 || line[0] != 'e') continue;
    if (log.length > 0) text_append(&log, "; ");
    text_append_bytes(&log, line + 2, (size_t)length - 2);
  }
  while (log.length > 0 && buffer[log.length - 1] == '\n')
    buffer[--log.length] = '\0';
  fail(step, error, log.length > 0 ? buffer : fallback);
}

void configure(int context, unsigned command, const char *key, const char *value, enum plan_step step) {
  if (RETRY_EINTR(sys_fsconfig(context, command, key, value)) < 0) fail_with_log(context, step, errno, key);
}

void set_super_flags(int context, uint32_t flags) {
  for (size_t i = 0; i < sizeof super_flag_names / sizeof super_flag_names[0]; i++) {
    if ((flags & super_flag_names[i].flag) == 0) continue;
    configure(context, K_FSCONFIG_SET_FLAG, super_flag_names[i].name, NULL, STEP_SET_THE_PARAMETER);
  }
}

void set_parameter(int context, const char *parameter) {
  char key[FSCONFIG_STRING_MAX + 1];
  size_t length = strcspn(parameter, "=");
  if (length > FSCONFIG_STRING_MAX) fail(STEP_SET_THE_PARAMETER, EINVAL, parameter);
  memcpy(key, parameter, length);
  key[length] = '\0';
  bool has_value = parameter[length] == '=';
  const char *value = has_value ? parameter + length + 1 : NULL;
  unsigned command = has_value ? K_FSCONFIG_SET_STRING : K_FSCONFIG_SET_FLAG;
  configure(context, command, key, value, STEP_SET_THE_PARAMETER);
}

/* Long option values (overlay's lowerdir) and i_version still need mount(2). */
bool fits_fsconfig(const char *source, uint32_t super_flags, const struct plan_strings *parameters) {
  if ((super_flags & K_MS_I_VERSION) != 0 || strlen(source) > FSCONFIG_STRING_MAX) return false;
  struct cursor cursor = plan_strings_begin(parameters);
  for (uint32_t i = 0; i < parameters->count; i++) {
    const char *parameter = cursor_str(&cursor);
    size_t key = strcspn(parameter, "=");
    size_t value = parameter[key] == '=' ? strlen(parameter + key + 1) : 0;
    if (key > FSCONFIG_STRING_MAX || value > FSCONFIG_STRING_MAX) return false;
  }
  return true;
}
