#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Several generators at once on one output all succeed, and whoever looks sees
# a whole archive at any time.

set -euo pipefail
# shellcheck source=tests/check/generator/tree.sh
. "$(dirname "$0")/tree.sh"

tree=$tap_tmp/tree
tree_split "$tree"
fresh_out

# So slow that they cannot miss each other.
put "$tap_tmp/slow-xz" '#!/bin/sh' "$xz_version" 'sleep 0.2' 'exec xz "$@"'
chmod 755 "$tap_tmp/slow-xz"

look() {
	sha256sum 2>/dev/null <"$out" || echo absent
}

# Notes what is seen, until the watch is called off.
watch() {
	: >"$tap_tmp/watching"
	while [ -e "$tap_tmp/watching" ]; do
		look
	done 2>/dev/null >"$tap_tmp/seen"
}

# at_once NAME: three at once, and somebody who watches
looks=0
at_once() {
	local name=$1 pids=() pid failures=0 watcher number before
	generate_afresh "$tree/src" "$tree/obj" "$tap_tmp/fresh.tar.xz"
	before=$(look)
	[ "$before" = absent ] || ln -f "$out" "$tap_tmp/before"
	watch &
	watcher=$!
	await "$tap_tmp/watching"
	for number in 1 2 3; do
		XZ="$tap_tmp/slow-xz" generate "$tree/src" "$tree/obj" "$out" \
			2>"$tap_tmp/log.$number" >"$tap_tmp/progress.$number" &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do
		wait "$pid" || failures=$((failures + 1))
	done
	rm "$tap_tmp/watching"
	wait "$watcher"
	looks=$((looks + $(wc -l <"$tap_tmp/seen")))
	is "$failures" 0 "$name: all succeed"
	is "$(cat "$tap_tmp"/log.?)" "" "$name: no complaints"
	is "$(sort -u "$tap_tmp/seen" | grep -vxF -e "$before" \
		-e "$(sha256sum <"$tap_tmp/fresh.tar.xz")")" "" \
		"$name: nobody sees half an archive"
	[ "$before" = absent ] || is "$(sha256sum <"$tap_tmp/before")" "$before" \
		"$name: nor does who has opened the one before"
	ok "$name: as from scratch" cmp "$out" "$tap_tmp/fresh.tar.xz"
	is "$(beside_out)" "" "$name: nothing lies beside the archive"
}

at_once "from scratch"
echo 'int z;' >>"$tree/src/include/linux/sched.h"
at_once "after a change"
ok "somebody has seen a whole archive" grep -qxF "$(look)" "$tap_tmp/seen"
rm -r "$tree/src/include/asm-generic"
at_once "after a removal"
at_once "with nothing to do"
ok "somebody has looked often" test "$looks" -ge 100

# Outputs in one directory don't get into each other's way.
generate "$tree/src" "$tree/obj" "$tap_tmp/out/other.tar.xz" >"$tap_tmp/said" &
other=$!
rm "$out"
ok "two outputs: one" generate "$tree/src" "$tree/obj" "$out"
ok "two outputs: the other" wait "$other"
ok "two outputs: same" cmp "$out" "$tap_tmp/out/other.tar.xz"

done_testing
