#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What make does for the generator: it keeps to the number of jobs, also to those of a
# kernel build that calls it, says as much as that does, and makes again what a change
# concerns and nothing else.

set -euo pipefail
# shellcheck source=tests/check/generator/tree.sh
. "$(dirname "$0")/tree.sh"

tree=$tap_tmp/tree
tree_split "$tree"
for dir in dt-bindings/clock linux/mfd net media rdma; do
	put "$tree/src/include/$dir/a.h" "#define A \"$dir\""
done
fresh_out

# An xz that notes when it runs beside another one, and how often it runs.
mkdir "$tap_tmp/running"
# shellcheck disable=SC2016 # the script's variables
put "$tap_tmp/xz" '#!/bin/sh' "$xz_version" "cd '$tap_tmp'" 'echo x >>runs' \
	': >running/$$' '[ "$(ls running | wc -l)" -eq 1 ] || : >beside' 'sleep 0.1' \
	'xz "$@"; status=$?' 'rm running/$$' 'exit $status'
chmod 755 "$tap_tmp/xz"
export XZ=$tap_tmp/xz

# As kernel/kheaders/Makefile calls it
put "$tap_tmp/Makefile" 'all:' "	@MAKE=\"\$(MAKE)\" HOSTCC='$hostcc' '$gen' \\" \
	"		--srctree '$tree/src' --objtree '$tree/obj' --srcarch x86 --output '$out'"
below_make() {
	make --no-print-directory -C "$tap_tmp" "$@"
}

# runs NAME COMMAND...: sets $runs, $said, and $beside to whether two xz ran at once
runs() {
	rm -f "$tap_tmp/beside"
	: >"$tap_tmp/runs"
	ok "$1" "${@:2}"
	said=$(cat "$tap_tmp/.ok")
	runs=$(wc -l <"$tap_tmp/runs")
	beside=no
	[ ! -e "$tap_tmp/beside" ] || beside=yes
}

anew() {
	fresh_out
	runs "$@"
	ok "$1: to an archive" xz -t "$out"
}

anew '--jobs 1' generate "$tree/src" "$tree/obj" "$out" --jobs 1
is "$beside" no 'one at a time'
all=$runs
ok 'there are blocks' test "$all" -ge 8
is "$(grep -c '^  XZ      .*k.tar.xz (net)$' <<<"$said")" 1 'it says what it does'
anew '--jobs 3' generate "$tree/src" "$tree/obj" "$out" --jobs 3
is "$beside" yes 'several at a time'
anew 'below make -j1' below_make -j1
is "$beside" no 'one at a time'
anew 'below make -j3' below_make -j3
is "$beside" yes 'several at a time'
is "$(grep -i warning <<<"$said" || true)" '' 'make has no warning'
anew 'below make -s' below_make -s -j2 Q=@ quiet=silent_
is "$said" '' 'it says nothing'
anew 'below make V=1' env Q= quiet= make --no-print-directory -C "$tap_tmp" -j2
like "$said" '--lzma2=' 'it shows the commands'

# again NAME HOW-MANY COMMAND...
again() {
	runs "$1" "${@:3}"
	is "$runs" "$2" "$1: what is made again"
}
again 'nothing changed' 0 below_make
echo 'int a;' >>"$tree/src/include/net/a.h"
# The manifest is the second.
again 'a header' 2 below_make
sed -i "s/exec xz --version/exec echo 'xz (XZ Utils) 99.0'/" "$tap_tmp/xz"
again 'another version of xz' "$all" below_make
again 'that version' 0 below_make
export HOSTCC=gcc
again 'another compiler that makes the same programs' 0 \
	generate "$tree/src" "$tree/obj" "$out"
cp -r "${gen%/*}" "$tap_tmp/scripts"
gen=$tap_tmp/scripts/gen_kheaders.sh
again 'the generator elsewhere' 0 generate "$tree/src" "$tree/obj" "$out"
echo '/* a comment */' >>"$tap_tmp/scripts/sha256.h"
again 'a comment in its programs' 0 generate "$tree/src" "$tree/obj" "$out"
sed -i 's/lc=4/lc=3/' "$tap_tmp/scripts/Makefile.archive"
again 'other options of xz' "$all" generate "$tree/src" "$tree/obj" "$out"

# What was made before a failure stays.
fresh_out
: >"$tap_tmp/runs"
sed -i "s/^: >running/[ \"\$(wc -l <runs)\" -ne 4 ] || exit 1\n&/" "$tap_tmp/xz"
run_mustfail 'the fourth block fails' generate "$tree/src" "$tree/obj" "$out" --jobs 1
sed -i '/exit 1$/d' "$tap_tmp/xz"
again 'after three blocks' "$((all - 3))" generate "$tree/src" "$tree/obj" "$out"

done_testing
