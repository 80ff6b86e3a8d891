#!/bin/sh
# Builds tsrunc-init as one static executable: build_init.sh OUTPUT
#
# musl keeps it near 40 KB; where musl-gcc is missing the system's own compiler and libc do. CC overrides both.
# It is position independent even so, which a musl-gcc wrapper does not offer by itself: hence the start
# files by name.
set -eu

mkdir -p "$(dirname "$1")"
output=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")"

sources="tsrunc_init.c run_ops.c machine.c plan_reader.c plan_decode.gen.c path_in_root.c report.c sync.c
  text.c vector.c home.c copy_up.c mount_calls.c no_pivot.c ops_stage.c ops_session.c ops_mount.c ops_nodes.c
  mount_target.c ops_cgroup_mount.c sources.c ops_sources.c
  ops_masks.c ops_pivot.c ops_stdio.c ops_credentials.c ops_scheduling.c
  ops_labels.c ops_program.c ops_hook.c ops_seccomp.c"

warnings="-Wall -Wextra -Werror -Wswitch-enum -Wconversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
  -Wformat=2 -Wundef"
hardening="-fstack-protector-strong -fno-strict-aliasing -fno-asynchronous-unwind-tables"
link="-Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack -Wl,-z,noseparate-code -Wl,--gc-sections -Wl,--build-id=none"

if [ -z "${CC:-}" ]; then
  if command -v musl-gcc >/dev/null 2>&1; then CC=musl-gcc; else CC=gcc; fi
fi

case $($CC -dumpmachine) in
  x86_64*) hardening="$hardening -fcf-protection=full" ;;
  aarch64*) hardening="$hardening -mbranch-protection=standard" ;;
esac

case $CC in
  *musl*)
    # The wrapper only knows Scrt1.o, the start file of programs with a dynamic linker. rcrt1.o lies beside it
    # and relocates the program itself. Asking gcc for rcrt1.o would give the other C library's.
    start=$($CC '-###' -x c /dev/null 2>&1 | sed -n 's|.* \(/[^ ]*/\)Scrt1\.o.*|\1rcrt1.o|p')
    if [ -f "$start" ]; then
      link="$link -nostartfiles $start -Wl,-pie -Wl,--no-dynamic-linker -static"
    else
      link="$link -static -no-pie"
    fi
    ;;
  *)
    hardening="$hardening -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"
    link="$link -static-pie"
    ;;
esac

# shellcheck disable=SC2086 # the lists are meant to be split
exec $CC -std=gnu11 -D_GNU_SOURCE -Os -fPIE -ffunction-sections -fdata-sections -fvisibility=hidden \
  $warnings $hardening $sources -o "$output" $link -s
