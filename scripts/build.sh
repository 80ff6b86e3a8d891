#!/usr/bin/env bash
# npm run build: installs what is missing, builds native/ and makes dist/tsrunc.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh build
bash scripts/build_native.sh
bash scripts/with_bun.sh scripts/build_executable.ts
echo "built dist/tsrunc"
