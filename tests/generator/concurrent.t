#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Several generators at once on one output all succeed, and whoever looks sees
# a whole archive at any time.

set -euo pipefail
# shellcheck source=tests/generator/tree.sh
. "$(dirname "$0")/tree.sh"

tree=$tap_tmp/tree
tree_split "$tree"
mkdir "$tap_tmp/out"
out=$tap_tmp/out/k.tar.xz

# So slow that they cannot miss each other.
put "$tap_tmp/slow-xz" '#!/bin/sh' 'sleep 0.3' 'exec xz "$@"'
put "$tap_tmp/slow-tar" '#!/bin/sh' 'sleep 0.3' 'exec tar "$@"'
chmod 755 "$tap_tmp/slow-xz" "$tap_tmp/slow-tar"

# at_once NAME: three at once; all that is seen meanwhile is noted.
at_once() {
	local name=$1 pids=() pid failures=0
	generate_afresh "$tree/src" "$tree/obj" "$tap_tmp/fresh.tar.xz"
	{
		[ ! -e "$out" ] || sha256sum <"$out"
		sha256sum <"$tap_tmp/fresh.tar.xz"
	} >"$tap_tmp/whole"
	for number in 1 2 3; do
		TAR="$tap_tmp/slow-tar" XZ="$tap_tmp/slow-xz" \
			generate "$tree/src" "$tree/obj" "$out" \
			2>"$tap_tmp/log.$number" >"$tap_tmp/progress.$number" &
		pids+=($!)
	done
	while [ -n "$(jobs -pr)" ]; do
		[ ! -e "$out" ] || sha256sum <"$out"
		sleep 0.02
	done | sort -u >"$tap_tmp/seen"
	for pid in "${pids[@]}"; do
		wait "$pid" || failures=$((failures + 1))
	done
	is "$failures" 0 "$name: all succeed"
	is "$(cat "$tap_tmp"/log.?)" "" "$name: no complaints"
	is "$(grep -vxFf "$tap_tmp/whole" "$tap_tmp/seen" || true)" "" \
		"$name: nobody sees half an archive"
	ok "$name: as from scratch" cmp "$out" "$tap_tmp/fresh.tar.xz"
	is "$(find "$tap_tmp/out" -mindepth 1 -maxdepth 1 ! -name k.tar.xz \
		! -name .k.tar.xz.d)" "" "$name: nothing lies beside the archive"
}

at_once "from scratch"
echo 'int z;' >>"$tree/src/include/linux/sched.h"
at_once "after a change"
rm -r "$tree/src/include/asm-generic"
at_once "after a removal"
at_once "with nothing to do"

# Outputs in one folder don't get into each other's way.
generate "$tree/src" "$tree/obj" "$tap_tmp/out/other.tar.xz" &
other=$!
rm "$out"
ok "two outputs: one" generate "$tree/src" "$tree/obj" "$out"
ok "two outputs: the other" wait "$other"
ok "two outputs: same" cmp "$out" "$tap_tmp/out/other.tar.xz"

done_testing
