#!/usr/bin/env bash
# Runs a script with the Bun of node_modules.
set -euo pipefail
exec "$(dirname "$0")/../node_modules/@oven/bun-linux-x64/bin/bun" "$@"
