#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A generator that is interrupted, in every stage and by every polite signal,
# leaves no process, no temporary file and no archive but a whole one. After the
# impolite one the next run still works.

set -euo pipefail
# shellcheck source=tests/check/generator/tree.sh
. "$(dirname "$0")/tree.sh"
# shellcheck source=tests/check/interrupt.sh
. "$top/tests/check/interrupt.sh"

tree=$tap_tmp/tree
tree_split "$tree"
mkdir "$tap_tmp/tmp"
generate_afresh "$tree/src" "$tree/obj" "$tap_tmp/fresh.tar.xz"
slow_tool "$tap_tmp/slow" "$xz_version"

# start_in VARIABLE: starts a generator whose tool VARIABLE is the slow one.
start_in() {
	start env TMPDIR="$tap_tmp/tmp" HOSTCC="$hostcc" "$1=$tap_tmp/slow" \
		"$gen" --srctree "$tree/src" --objtree "$tree/obj" --srcarch x86 \
		--output "$out" || diag "$1 was never started"
}

# Kills all at once, as far as that can be done: one that was about to start
# another may have done so while they were listed.
kill_all() {
	local left
	for _ in {1..100}; do
		left=$(alive)
		[ -n "$left" ] || return 0
		# shellcheck disable=SC2086 # several of them
		kill -s KILL $left || true
	done
}

# interrupt VARIABLE SIGNAL script|group
interrupt() {
	local name="$2 to the $3 in $1" before status=0
	before=$(file_state "$out")
	start_in "$1"
	send "$2" "$3"
	# To one process alone, those that it started end when they have done their work:
	# one may be about to begin.
	for _ in {1..50}; do
		if [ "$3" = group ] || [ -z "$(alive)" ]; then
			break
		fi
		rm -f "$tap_tmp/started"
		sleep 0.1
	done
	is "$(survivors)" "" "$name: no process is left"
	wait "$pid" 2>"$tap_tmp/wait" || status=$?
	ok "$name: fails" test "$status" -ne 0 -a "$status" -ne 137
	is "$(file_state "$out")" "$before" "$name: the archive is left alone"
	is "$(ls -A "$tap_tmp/tmp")" "" "$name: no temporary file is left"
	is "$(beside_out)" "" "$name: nothing lies beside the archive"
	is "$(grep -v '^make: ' "$tap_tmp/log" | tail -n +2)" '' \
		"$name: one line on stderr at most, besides make's"
}

again() {
	ok "$1: the next run packs" generate "$tree/src" "$tree/obj" "$out"
	ok "$1: as from scratch" cmp "$out" "$tap_tmp/fresh.tar.xz"
}

for stage in HOSTCC XZ; do
	for signal in TERM INT HUP QUIT; do
		for target in script group; do
			fresh_out
			interrupt "$stage" "$signal" "$target"
		done
	done
	again "after $stage"
	find "$tap_tmp/out" | LC_ALL=C sort >"$tap_tmp/kept.after"
	fresh_out
	generate "$tree/src" "$tree/obj" "$out" >"$tap_tmp/said"
	find "$tap_tmp/out" | LC_ALL=C sort >"$tap_tmp/kept"
	ok "after $stage: nothing more is kept than ever" \
		diff "$tap_tmp/kept" "$tap_tmp/kept.after"
done

# Over an archive that is out of date.
echo 'int z;' >>"$tree/src/include/linux/sched.h"
generate_afresh "$tree/src" "$tree/obj" "$tap_tmp/fresh.tar.xz"
interrupt XZ TERM group
again "over an archive"

for stage in HOSTCC XZ; do
	fresh_out
	start_in "$stage"
	kill_all 2>"$tap_tmp/killed"
	wait "$pid" 2>/dev/null || true
	is "$(alive)" "" "KILL in $stage: no process is left"
	ok "KILL in $stage: no archive is left" test ! -e "$out"
	again "KILL in $stage"
done

done_testing
