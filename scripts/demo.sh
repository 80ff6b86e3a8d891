#!/usr/bin/env bash
# npm run demo: installs, builds, and runs a container from a built-in bundle that shows what the process
# inside sees. Nothing is downloaded for it: the root file system holds one static program of our own.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "$(id -u)" -ne 0 ]; then
	echo "tsrunc: the demo makes namespaces and cgroups: run it as root (sudo npm run demo)" >&2
	exit 1
fi
bash scripts/build.sh

bundle=$(mktemp -d /tmp/tsrunc-demo.XXXXXX)
trap 'rm -rf "$bundle"' EXIT
mkdir -p "$bundle/rootfs"/{bin,proc,dev,sys,tmp}
cp build/Release/tsrunc-probe "$bundle/rootfs/bin/show"
cp scripts/demo/config.json "$bundle/config.json"

echo "+ dist/tsrunc run --bundle $bundle tsrunc-demo"
dist/tsrunc --root "$bundle/state" run --bundle "$bundle" "tsrunc-demo-$$"
