#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Interrupted at any stage, it leaves no process, no temporary file, and the
# output as it was.

set -euo pipefail
# shellcheck source=tests/extract/images.sh
. "$(dirname "$0")/images.sh"

make_archives
image linux "$linux" "$tap_tmp/linux"
bz_image zstd "$tap_tmp/linux.vmlinux" >"$tap_tmp/bzImage"

# Programs that say that they were started, and then take their time: as long
# as a shell takes to hear of a signal that it alone got.
for tool in grep zstd tar xz mv; do
	put "$tap_tmp/slow-$tool/$tool" '#!/bin/sh' \
		'case $* in "-qP x") exit 0 ;; esac' \
		": >'$tap_tmp/started'" 'exec sleep 2'
	chmod 755 "$tap_tmp/slow-$tool/$tool"
done

# What was started for this run and still lives.
alive() {
	grep -lzsxF "EXTRACT_TEST=$tap_tmp.$run" /proc/[0-9]*/environ || true
}

# interrupt TOOL SIGNAL script|group
run=0
interrupt() {
	local name="$2 to the $3 in $1" before status=0 pid
	run=$((run + 1))
	rm -f "$tap_tmp/started"
	before=$(file_state "$out")
	# Signals are reset, as bash has INT ignored in what it runs in the background.
	setsid env --default-signal EXTRACT_TEST="$tap_tmp.$run" TMPDIR="$tap_tmp/tmp" \
		PATH="$tap_tmp/slow-$1:$PATH" "$extract" "$tap_tmp/bzImage" "$out" \
		>"$tap_tmp/log" 2>&1 &
	pid=$!
	ok "$name: got there" await "$tap_tmp/started"
	ok "$name: is at work" test -n "$(ls -A "$tap_tmp/tmp")"
	case $3 in
	script) kill -s "$2" "$pid" ;;
	group) kill -s "$2" -- "-$pid" ;;
	esac
	wait "$pid" 2>"$tap_tmp/wait" || status=$?
	is "$status" "$((128 + $(kill -l "$2")))" "$name: exit status"
	is "$(alive)" "" "$name: no process is left"
	is "$(file_state "$out")" "$before" "$name: the output is left alone"
	nothing_left "$name" "${before:+$(basename "$out")}"
	is "$(grep -vxE 'Terminated|Hangup' "$tap_tmp/log" || true)" "" \
		"$name: nothing on stderr but the shell's word"
}

fresh_out
echo 'an older archive' >"$out"
for tool in grep zstd xz tar mv; do
	interrupt "$tool" TERM group
done
for signal in HUP INT; do
	interrupt zstd "$signal" group
done
for signal in HUP INT TERM; do
	interrupt zstd "$signal" script
done
ok "the next one succeeds" extract "$tap_tmp/bzImage" "$out"
ok "the next one succeeds: the very archive" cmp "$linux" "$out"

done_testing
