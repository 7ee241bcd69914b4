#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The comment stripper, case by case; strip/README says how a case is written.

set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=tests/lib/tap.sh
. ../../lib/tap.sh
# shellcheck source=tests/lib/lexer.sh
. ../../lib/lexer.sh

# The sanitizers see what a lucky heap hides. What is allocated at the end of a
# short-lived program is no leak.
export ASAN_OPTIONS=detect_leaks=0
ok "builds without a warning" gcc -O2 -Wall -Wextra -Werror \
	-fsanitize=address,undefined -fno-sanitize-recover=all \
	-o "$tap_tmp/pack_block" \
	../../../scripts/kheaders/{pack_block,strip_comments,ustar,sha256}.c
[ -x "$tap_tmp/pack_block" ] || exit 1

# strip DIRECTORY NAME...: in one process
strip() {
	local name
	for name in "${@:2}"; do
		printf 'strip/%s.in.h\0%s.h\0' "$name" "$name"
	done >"$tap_tmp/files"
	"$tap_tmp/pack_block" "$tap_tmp/files" "$tap_tmp/sums" >"$tap_tmp/tar" &&
		tar --ignore-zeros -xf "$tap_tmp/tar" -C "$tap_tmp/$1"
}

names=(strip/*.in.h)
names=("${names[@]#strip/}")
names=("${names[@]%.in.h}")
mkdir "$tap_tmp/one" "$tap_tmp/all" "$tap_tmp/before"

for name in "${names[@]}"; do
	case=strip/$name want=strip/$name.out.h warning=
	[ ! -e "$case.warning" ] || want=$case.in.h warning=$(cat "$case.warning")
	ok "$name: is stripped" strip one "$name"
	said=$(cat "$tap_tmp/.ok")
	if [ -n "$warning" ]; then
		is "$(wc -l <"$tap_tmp/.ok")" 1 "$name: one warning"
		like "$said" "warning: .*$name.in.h: .*$warning" \
			"$name: the warning says why"
	else
		is "$said" "" "$name: no warning"
	fi
	ok "$name: as it should be" diff -a "$want" "$tap_tmp/one/$name.h"
	is "$(wc -l <"$tap_tmp/one/$name.h")" "$(wc -l <"$case.in.h")" \
		"$name: as many lines"
	cp "$case.in.h" "$tap_tmp/before/$name.h"
done

ok "all in one process" strip all "${names[@]}"
ok "it makes the same of them" diff -r "$tap_tmp/one" "$tap_tmp/all"

# The table itself must be right: gcc, too, sees no difference. It gives up at a
# condition on a header that it does not look for.
mapfile -t judged < <(printf '%s\n' "${names[@]}" | grep -v '^has-include')
printf './%s.h\0' "${judged[@]}" >"$tap_tmp/list"
for judge in lex lex_closely; do
	for side in before all; do
		"$judge" "$tap_tmp/$side" "$tap_tmp/list" "$tap_tmp/$side.tokens"
		is "$(lexed "$tap_tmp/$side.tokens")" "${#judged[@]}" \
			"$judge: gcc has read every case ($side)"
	done
	is "$(different_tokens "$tap_tmp/before.tokens" "$tap_tmp/all.tokens")" "" \
		"$judge: gcc sees the same tokens on the same lines"
	is "$(cat "$tap_tmp/all.tokens.err")" "$(cat "$tap_tmp/before.tokens.err")" \
		"$judge: gcc has the same to say"
done

done_testing
