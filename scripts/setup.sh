#!/usr/bin/env bash
# Installs what building and testing need: npm packages from the lock file, and the Debian packages that are
# missing. Where it may not install, it says what to install and stops.
#   setup.sh [build|test]
set -euo pipefail
cd "$(dirname "$0")/.."
purpose=${1:-build}

declare -A package_of=([gcc]=gcc [make]=make [objcopy]=binutils [python3]=python3)
package_of[musl-gcc]=musl-tools
if [ "$purpose" = test ]; then
	package_of[runc]=runc
	package_of[go]=golang-go
	package_of[containerd]=containerd
	package_of[dockerd]=docker.io
	package_of[podman]=podman
	package_of[busybox]=busybox-static
	package_of[script]=bsdutils
	package_of[newuidmap]=uidmap
fi

missing=()
for program in "${!package_of[@]}"; do
	command -v "$program" >/dev/null || missing+=("${package_of[$program]}")
done
if [ "$purpose" = test ] && command -v busybox >/dev/null && ! busybox_static=$(ldd "$(command -v busybox)" 2>&1); then
	: # ldd fails for a static program, which is what we want
elif [ "$purpose" = test ] && [[ "${busybox_static:-}" == *"=>"* ]]; then
	missing+=(busybox-static)
fi

if [ "${#missing[@]}" -gt 0 ]; then
	if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
		echo "tsrunc: these packages are missing: ${missing[*]}" >&2
		echo "tsrunc: install them (Debian: apt-get install ${missing[*]}) and run this again" >&2
		exit 1
	fi
	export DEBIAN_FRONTEND=noninteractive
	# The daemons in these packages are for the tests to start: apt-get starts none while this policy stands.
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$policy" ]; then
		trap 'rm -f "$policy"' EXIT
		printf '#!/bin/sh\nexit 101\n' >"$policy"
		chmod 0755 "$policy"
	fi
	apt-get update -qq >/dev/null
	apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if [ ! -e node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	npm ci --no-audit --no-fund --loglevel=error
fi
