#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What fuzzing has found to be worth keeping (fuzz/corpus) and the cases of strip/: the
# stripper writes nowhere it should not, and a second lexer sees the same before and
# after. fuzz/run looks for more.

set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tests/lib/tap.sh
. ../../lib/tap.sh

ok 'builds' gcc -O1 -g -Wall -Wextra -Werror -fsanitize=address,undefined \
	-fno-sanitize-recover=all -DREPLAY -I ../../../scripts/kheaders \
	-o "$tap_tmp/replay" fuzz/fuzz_strip.c ../../../scripts/kheaders/strip_comments.c

replay() {
	ok "$1: no fault, no difference" "$tap_tmp/replay"
	is "$(cat "$tap_tmp/.ok")" "$2" "$1: all were tried"
}

count=$(wc -l <fuzz/corpus)
ok 'there is a corpus' test "$count" -ge 100
replay 'corpus' "$count" <fuzz/corpus
cases=(strip/*.in.h)
for file in "${cases[@]}"; do
	od -An -v -tx1 "$file" | tr -d ' \n'
	echo
done >"$tap_tmp/cases"
replay 'cases' "${#cases[@]}" <"$tap_tmp/cases"

done_testing
