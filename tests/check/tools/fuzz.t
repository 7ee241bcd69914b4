#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What fuzzing has found to be worth keeping: libkheaders writes nowhere it should not, and
# leaves nothing. fuzz/run looks for more.

set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tests/lib/tap.sh
. ../../lib/tap.sh

for what in image tar index; do
	ok "$what: builds" gcc -O1 -g -Wall -Wextra -Werror -D_GNU_SOURCE -DREPLAY \
		-DFUZZ_"${what^^}" -fsanitize=address,undefined -fno-sanitize-recover=all \
		-I ../../../tools/kheaders -o "$tap_tmp/replay" fuzz/fuzz_open.c \
		../../../tools/kheaders/lib/*.c -larchive -llzma -lzstd -lmd -lpthread
	count=$(wc -l <"fuzz/corpus.$what")
	ok "$what: there is a corpus" test "$count" -ge 40
	ok "$what: no fault" "$tap_tmp/replay" <"fuzz/corpus.$what"
	is "$(cat "$tap_tmp/.ok")" "$count" "$what: all were tried"
done
done_testing
