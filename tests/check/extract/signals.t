#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Interrupted at any stage, it leaves no process, no temporary file, and the
# output as it was.

set -euo pipefail
# shellcheck source=tests/check/extract/images.sh
. "$(dirname "$0")/images.sh"
# shellcheck source=tests/check/interrupt.sh
. "$top/tests/check/interrupt.sh"

bz_image zstd "$tap_tmp/ours.vmlinux" >"$tap_tmp/bzImage"

# interrupt TOOL SIGNAL script|group
interrupt() {
	local name="$2 to the $3 in $1" before status=0
	slow_tool "$tap_tmp/slow-$1/$1" 'case $* in "-abo x") exit 0 ;; esac'
	before=$(file_state "$out")
	ok "$name: got there" start env TMPDIR="$tap_tmp/tmp" \
		PATH="$tap_tmp/slow-$1:$PATH" "$extract" "$tap_tmp/bzImage" "$out"
	ok "$name: is at work" test -n "$(ls -A "$tap_tmp/tmp")"
	send "$2" "$3"
	if [ "$3" = script ]; then
		sleep 0.2
		like " $(alive | tr '\n' ' ')" "^ \$| $pid " \
			"$name: no tool is left alone"
		rm "$tap_tmp/started"
	fi
	wait "$pid" 2>"$tap_tmp/wait" || status=$?
	is "$status" "$((128 + $(kill -l "$2")))" "$name: exit status"
	is "$(survivors)" "" "$name: no process is left"
	is "$(file_state "$out")" "$before" "$name: the output is left alone"
	nothing_left "$name" k.tar.xz
	is "$(grep -vxE 'Terminated|Hangup' "$tap_tmp/log")" "" \
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
ok "the next one succeeds: the very archive" cmp "$ours" "$out"

done_testing
