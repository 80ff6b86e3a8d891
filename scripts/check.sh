#!/usr/bin/env bash
# npm run check: types, lint and format, house rules, generated files.
set -euo pipefail
cd "$(dirname "$0")/.."
npx tsc -p .
npx biome check --error-on-warnings .
bash scripts/with_bun.sh scripts/gen_all.ts --check
bash scripts/with_bun.sh scripts/tidy.ts
