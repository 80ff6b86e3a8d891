#!/usr/bin/env bash
# Builds and runs the unit tests of native/, with sanitizers, then the fuzz target for a moment when there is
# a clang for it. FUZZ_SECONDS=600 for longer; 0 leaves it out.
set -euo pipefail
cd "$(dirname "$0")/.."

output=$(mktemp -d)
trap 'rm -rf "$output"' EXIT
flags=(-std=gnu11 -D_GNU_SOURCE -g -O1 -Inative -Wall -Wextra -Werror -Wswitch-enum -Wconversion
	-fsanitize=address,undefined -fno-sanitize-recover=all)
reader=(native/plan_reader.c native/plan_decode.gen.c)

"${CC:-cc}" "${flags[@]}" native/test/plan_reader_test.c "${reader[@]}" -o "$output/plan_reader_test"
"$output/plan_reader_test"
# The filter of this test would hide what the sanitizers themselves need, so it runs without.
"${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -g -O1 -Inative -Wall -Wextra -Werror -Wconversion \
	native/test/path_in_root_test.c native/path_in_root.c -o "$output/path_in_root_test"
"$output/path_in_root_test"

seconds=${FUZZ_SECONDS:-5}
if [[ $seconds != 0 ]] && command -v clang >/dev/null; then
	fuzz=(clang -std=gnu11 -D_GNU_SOURCE -g -O1 -Inative -fsanitize=fuzzer,address,undefined)
	if "${fuzz[@]}" native/test/plan_reader_fuzz.c "${reader[@]}" -o "$output/fuzz" 2>"$output/log"; then
		# It is talkative; what it says matters only when it found something.
		if ! "$output/fuzz" -max_total_time="$seconds" -max_len=4096 -artifact_prefix=./ >"$output/log" 2>&1; then
			cat "$output/log"
			exit 1
		fi
		echo "plan_reader_fuzz: ${seconds} s without a finding"
	else
		echo "plan_reader_fuzz: skipped, clang has no libFuzzer here"
	fi
fi
