#!/usr/bin/env bash
# npm test: installs, builds and runs everything. The last line adds up every runner's tests.
set -uo pipefail
cd "$(dirname "$0")/.."
if [ "$(id -u)" -ne 0 ]; then
	echo "tsrunc: the tests run containers: run them as root" >&2
	exit 1
fi
bash scripts/setup.sh test || exit 1
bash scripts/build.sh || exit 1

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT
status=0

echo "== checks"
bash scripts/check.sh || status=1

echo "== native"
bash scripts/test_native.sh | tee "$results/native.txt"
[ "${PIPESTATUS[0]}" -eq 0 ] || status=1

echo "== vitest"
npx vitest run --reporter=default --reporter=json --outputFile.json="$results/vitest.json" || status=1

node scripts/sum_results.mjs "$results" || status=1
exit "$status"
