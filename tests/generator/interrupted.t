#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A generator that is interrupted, in every stage and by every polite signal,
# leaves no process, no temporary file and no archive but a whole one. After the
# impolite one the next run still works.

set -euo pipefail
# shellcheck source=tests/generator/tree.sh
. "$(dirname "$0")/tree.sh"

tree=$tap_tmp/tree
tree_split "$tree"
out=$tap_tmp/out/k.tar.xz
mkdir "$tap_tmp/tmp"
generate_afresh "$tree/src" "$tree/obj" "$tap_tmp/fresh.tar.xz"

# A tool that says that it was started, and then takes
# longer than anybody waits.
put "$tap_tmp/slow" '#!/bin/sh' ": >'$tap_tmp/started'" 'exec sleep 60'
chmod 755 "$tap_tmp/slow"

# start VARIABLE: starts a generator, in a session of its own, whose tool
# VARIABLE is the slow one, and waits till it gets there. Sets $pid. Signals
# are reset, as bash has INT ignored in what it runs in the background.
run=0
start() {
	rm -f "$tap_tmp/started"
	run=$((run + 1))
	setsid env --default-signal KHEADERS_TEST="$tap_tmp.$run" TMPDIR="$tap_tmp/tmp" "$1=$tap_tmp/slow" \
		"$gen" --srctree "$tree/src" --objtree "$tree/obj" \
		--srcarch x86 --output "$out" >"$tap_tmp/progress" 2>"$tap_tmp/log" &
	pid=$!
	await "$tap_tmp/started" || diag "$1 was never started"
}

# What was started for this run and still lives, whichever session it is in: all
# have a variable in their environment, which a zombie no longer has.
alive() {
	grep -lzsxF "KHEADERS_TEST=$tap_tmp.$run" /proc/[0-9]*/environ |
		sed 's,/proc/\(.*\)/environ,\1,' || true
}

# Waits for all to end; whoever is left after ten seconds is named, and ended.
survivors() {
	local left pid
	for _ in $(seq 100); do
		left=$(alive)
		[ -n "$left" ] || return 0
		sleep 0.1
	done
	for pid in $left; do
		tr '\0' ' ' <"/proc/$pid/cmdline"
		kill -s KILL "$pid" || true
	done
}

# Kills all at once, as far as that can be done: one that was about to start
# another may have done so while they were listed.
kill_all() {
	local left
	for _ in $(seq 100); do
		left=$(alive)
		[ -n "$left" ] || return 0
		# shellcheck disable=SC2086 # several of them
		kill -s KILL $left || true
	done
}

# interrupt VARIABLE SIGNAL TARGET, where TARGET is the generator alone or, as
# from a terminal, its whole process group.
interrupt() {
	local name="$2 to the $3 in $1" before status=0
	before=$(file_state "$out")
	start "$1"
	case $3 in
	script) kill -s "$2" "$pid" ;;
	group) kill -s "$2" -- "-$pid" ;;
	esac
	is "$(survivors)" "" "$name: no process is left"
	wait "$pid" 2>"$tap_tmp/wait" || status=$?
	if [ "$status" -ne 0 ] && [ "$status" -ne 137 ]; then
		pass "$name: fails"
	else
		fail "$name: fails"
		diag "exit status $status"
	fi
	is "$(file_state "$out")" "$before" "$name: the archive is left alone"
	is "$(ls -A "$tap_tmp/tmp")" "" "$name: no temporary file is left"
	is "$(find "$tap_tmp/out" -mindepth 1 -maxdepth 1 ! -name k.tar.xz \
		! -name .k.tar.xz.d)" "" "$name: nothing lies beside the archive"
	if [ "$(wc -l <"$tap_tmp/log")" -le 1 ]; then
		pass "$name: one line on stderr at most"
	else
		fail "$name: one line on stderr at most"
		diag "$(cat "$tap_tmp/log")"
	fi
}

again() {
	ok "$1: the next run packs" generate "$tree/src" "$tree/obj" "$out"
	ok "$1: as from scratch" cmp "$out" "$tap_tmp/fresh.tar.xz"
}

for stage in HOSTCC TAR XZ; do
	for signal in TERM INT HUP; do
		for target in script group; do
			rm -rf "$tap_tmp/out"
			mkdir "$tap_tmp/out"
			interrupt "$stage" "$signal" "$target"
		done
	done
	again "after $stage"
	find "$tap_tmp/out" | LC_ALL=C sort >"$tap_tmp/kept.after"
	rm -rf "$tap_tmp/out"
	mkdir "$tap_tmp/out"
	generate "$tree/src" "$tree/obj" "$out"
	find "$tap_tmp/out" | LC_ALL=C sort >"$tap_tmp/kept"
	ok "after $stage: nothing more is kept than ever" \
		diff "$tap_tmp/kept" "$tap_tmp/kept.after"
done

# Over an archive that is out of date.
echo 'int z;' >>"$tree/src/include/linux/sched.h"
generate_afresh "$tree/src" "$tree/obj" "$tap_tmp/fresh.tar.xz"
for stage in TAR XZ; do
	interrupt "$stage" TERM group
done
again "over an archive"

for stage in TAR XZ; do
	rm -rf "$tap_tmp/out"
	mkdir "$tap_tmp/out"
	start "$stage"
	kill_all 2>"$tap_tmp/killed"
	wait "$pid" 2>/dev/null || true
	is "$(alive)" "" "KILL in $stage: no process is left"
	ok "KILL in $stage: no archive is left" test ! -e "$out"
	again "KILL in $stage"
done

# More than find hands to rm at once: it must not look into what is gone.
work=$tap_tmp/out/.k.tar.xz.d
rm -f "$work/state"
seq -f "$work/arch.stage/include/a-folder-of-a-kernel-with-many-headers-%g/below" \
	6000 | xargs mkdir -p
again 'KILL with much that was staged'
ok 'that is gone' test ! -e "$work/arch.stage"

done_testing
