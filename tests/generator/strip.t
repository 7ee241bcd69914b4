#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The comment stripper, case by case; strip/README says how a case is written.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=tests/lib/tap.sh
. "$here/../lib/tap.sh"
# shellcheck source=tests/generator/lexer.sh
. "$here/lexer.sh"

source=${STRIP_SOURCE:-$here/../../scripts/kheaders/strip_comments.c}
cases=$here/strip

# The sanitizers see what a lucky heap hides. What is allocated at the end of a
# short-lived program is no leak.
export ASAN_OPTIONS=detect_leaks=0
ok "builds without a warning" gcc -O2 -Wall -Wextra -Werror \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-o "$tap_tmp/strip" "$source"
[ -x "$tap_tmp/strip" ] || exit 1

# Each in a process of its own, and once more all in one.
pairs() {
	local name
	for name in "$@"; do
		printf '%s\0%s\0' "$cases/$name.in.h" "$name.h"
	done
}

names=()
for file in "$cases"/*.in.h; do
	file=${file##*/}
	names+=("${file%.in.h}")
done
mkdir "$tap_tmp/one" "$tap_tmp/all" "$tap_tmp/before"

for name in "${names[@]}"; do
	want=$cases/$name.out.h
	[ ! -e "$cases/$name.warning" ] || want=$cases/$name.in.h
	if pairs "$name" | "$tap_tmp/strip" "$tap_tmp/one" 2>"$tap_tmp/err" \
		>"$tap_tmp/members" &&
		cmp "$tap_tmp/one/$name.h" "$want" >"$tap_tmp/cmp" 2>&1; then
		pass "$name"
	else
		fail "$name"
		diag "$(cat "$tap_tmp/err" "$tap_tmp/cmp" 2>/dev/null)"
		diag "$(diff -a "$want" "$tap_tmp/one/$name.h" | cat -A)"
	fi
	if [ -e "$cases/$name.warning" ]; then
		is "$(wc -l <"$tap_tmp/err")" 1 "$name: one warning"
		like "$(cat "$tap_tmp/err")" \
			"warning: .*$name.in.h: .*$(cat "$cases/$name.warning")" \
			"$name: the warning says why"
	else
		is "$(cat "$tap_tmp/err")" "" "$name: no warning"
	fi
	cp "$cases/$name.in.h" "$tap_tmp/before/$name.h"
done

pairs "${names[@]}" | "$tap_tmp/strip" "$tap_tmp/all" >"$tap_tmp/members" \
	2>/dev/null || true
ok "one process for all gives the same" diff -r "$tap_tmp/one" "$tap_tmp/all"

# The table itself must be right: gcc, too, sees no difference.
printf './%s.h\0' "${names[@]}" >"$tap_tmp/list"
judge() {
	"$1" "$tap_tmp/before" "$tap_tmp/list" "$tap_tmp/tokens.before"
	"$1" "$tap_tmp/all" "$tap_tmp/list" "$tap_tmp/tokens.after"
	is "$(lexed "$tap_tmp/tokens.after")" "${#names[@]}" "$1: gcc has read every case"
	is "$(different_tokens "$tap_tmp/tokens.before" "$tap_tmp/tokens.after")" "" \
		"$1: gcc sees the same tokens on the same lines"
	is "$(cat "$tap_tmp/tokens.after.err")" "$(cat "$tap_tmp/tokens.before.err")" \
		"$1: gcc has the same to say"
}
for name in "${names[@]}"; do
	is "$(wc -l <"$tap_tmp/all/$name.h")" "$(wc -l <"$cases/$name.in.h")" \
		"$name: as many lines"
done

judge lex
judge lex_closely

done_testing
