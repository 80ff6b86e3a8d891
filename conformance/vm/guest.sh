#!/usr/bin/env bash
# Runs vitest in the guest, where everything takes many times as long, and says what came of it in one line.
#   guest.sh FILES...
set -uo pipefail
export HOME=/root NO_COLOR=1
echo "== $(uname -sr), cgroup v2 with: $(cat /sys/fs/cgroup/cgroup.controllers)"
echo "== LSM: $(cat /sys/kernel/security/lsm), capabilities: $(sed -n 's/^CapEff:\t//p' /proc/self/status)"

# Through a pipe, vitest does not redraw its progress on the console again and again.
mkdir /run/results
node_modules/.bin/vitest run --testTimeout=120000 --hookTimeout=120000 --maxWorkers=1 \
	--reporter=verbose --reporter=json --outputFile.json=/run/results/vitest.json "$@" 2>&1 | cat
status=${PIPESTATUS[0]}

summary=$(node scripts/sum_results.mjs /run/results) || status=1
echo "guest: summary: ${summary:-0 passed, 1 failed, 0 skipped}"
exit "$status"
