#!/usr/bin/env bash
# Runs tests in a throw-away virtual machine, for what an ordinary development host cannot show: a unified cgroup v2
# hierarchy with every controller, AppArmor, all capabilities. The guest sees this machine's root file system read-only
# under a tmpfs overlay, so nothing it writes stays. Build first: nothing is built in the guest, which is slow.
#   run.sh [vitest files...]
#   VM_SECONDS, VM_MEMORY (MiB)   what the guest may take; RUNTIME is handed on
set -euo pipefail
cd "$(dirname "$0")/../.."
here=conformance/vm
files=("$@")
[ "${#files[@]}" -gt 0 ] || files=(
	src/cgroups/v2/manager.host.test.ts
	conformance/spec/{lsm,capabilities_all,cgroup_ownership,cgroups,scheduling}.test.ts
)

if [ "$(uname -m)" != x86_64 ]; then
	echo "tsrunc: the virtual machine is an x86-64 one, and so must the host be" >&2
	exit 1
fi
bash "$here/setup.sh"
for built in dist/tsrunc build/Release node_modules/.bin/vitest; do
	[ -e "$built" ] || { echo "tsrunc: $built is missing: npm run build" >&2 && exit 1; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
release=$(bash "$here/setup.sh" release)

# The initial RAM disk: a shell, the drivers that reach the root file system, and what to do there.
mkdir -p "$work"/ram/{bin,modules,proc,sys,dev,host,rw,new}
cp "$(command -v busybox)" "$work/ram/bin/busybox"
cp "$here/init.sh" "$work/ram/init"
for module in virtio_pci 9p 9pnet_virtio overlay virtio_blk veth; do
	modprobe --set-version "$release" --show-depends "$module"
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
	cp "$file" "$work/ram/modules/"
	basename "$file" >>"$work/ram/modules/order"
done
{
	printf 'export PATH=%q\n' "$(dirname "$(command -v node)"):/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
	[ -z "${RUNTIME:-}" ] || printf 'export RUNTIME=%q\n' "$RUNTIME"
	printf 'cd %q\n' "$PWD"
	printf 'bash %q' "$here/guest.sh"
	printf ' %q' "${files[@]}"
	printf '\n'
} >"$work/ram/job"
(cd "$work/ram" && find . | cpio --create --format=newc --quiet | gzip -1) >"$work/ram.gz"

# A disk of nothing, for limits of block devices.
truncate --size=16M "$work/disk"

# Software emulation, because hosts that are guests themselves often have a /dev/kvm that does not work.
status=0
timeout --foreground "${VM_SECONDS:-1800}" qemu-system-x86_64 \
	-accel tcg,thread=multi -cpu max -smp 2 -m "${VM_MEMORY:-3072}" \
	-kernel "/boot/vmlinuz-$release" -initrd "$work/ram.gz" \
	-append "console=ttyS0 quiet panic=-1 edd=off" -nographic -no-reboot -vga none -net none \
	-drive "file=$work/disk,format=raw,if=virtio" \
	-virtfs local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap \
	</dev/null 2>&1 |
	sed --unbuffered 's/\r//g; s/\x1b\[[0-9;?]*[A-Za-z]//g; s/\x1bc//g; s/^Booting from ROM\.*//; /^SeaBIOS/d' |
	tee "$work/output" | grep --line-buffered -v '^guest: ' || status=$?

summary=$(sed -n 's/^guest: summary: //p' "$work/output")
if [ -z "$summary" ]; then
	echo "tsrunc: the guest did not come to an end (${VM_SECONDS:-1800} s are the limit): status $status" >&2
	exit 1
fi
echo "$summary"
grep -q '^guest: status: 0$' "$work/output"
