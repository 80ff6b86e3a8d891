#!/usr/bin/env bash
# Builds native/ into build/Release: clone_helper.so and tsrunc-init.
#
# node-gyp downloads the headers of Node when it does not know where they are, although nothing here uses
# them. Node packages of distributions and the official archives have them beside the executable.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=$(node -p 'path.dirname(path.dirname(process.execPath))')
options=()
if [[ -d $prefix/include/node ]]; then options+=("--nodedir=$prefix"); fi

exec node_modules/.bin/node-gyp configure build --loglevel=warn "${options[@]}"
