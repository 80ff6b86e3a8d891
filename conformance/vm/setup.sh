#!/usr/bin/env bash
# What the virtual machine needs of the host. Where it may not install, it says what to install and stops.
#   setup.sh           installs what is missing
#   setup.sh release   prints the newest kernel release that has both an image and modules
set -euo pipefail
PATH=$PATH:/usr/sbin:/sbin

newest_kernel() {
	local image
	for image in $(printf '%s\n' /boot/vmlinuz-* | sort --version-sort --reverse); do
		[ ! -e "/lib/modules/${image#/boot/vmlinuz-}/modules.dep" ] || { echo "${image#/boot/vmlinuz-}" && return; }
	done
}

if [ "${1:-}" = release ]; then
	newest_kernel
	exit
fi

declare -A package_of=([qemu-system-x86_64]=qemu-system-x86 [busybox]=busybox-static [cpio]=cpio [modprobe]=kmod)
missing=()
for program in "${!package_of[@]}"; do
	command -v "$program" >/dev/null || missing+=("${package_of[$program]}")
done
[ -n "$(newest_kernel)" ] || missing+=(linux-image-amd64)
[ "${#missing[@]}" -gt 0 ] || exit 0
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
	echo "tsrunc: these packages are missing: ${missing[*]}" >&2
	echo "tsrunc: install them (Debian: apt-get install --no-install-recommends ${missing[*]}) and run this again" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >/dev/null
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
