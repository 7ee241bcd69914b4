# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # tap.sh sets tap_tmp
#
# Programs that are interrupted in the middle of their work. Source it after tap.sh.

# slow_tool FILE [LINE...]: a script that, after these lines, says that it was
# started, and then takes its time: as long as $tap_tmp/started is there.
slow_tool() {
	mkdir -p "${1%/*}"
	printf '%s\n' '#!/bin/sh' "${@:2}" ": >'$tap_tmp/started'" \
		"while [ -e '$tap_tmp/started' ]; do sleep 0.1; done" >"$1"
	chmod 755 "$1"
}

# start COMMAND...: starts it in a session of its own, and waits till it gets to a
# slow tool. Sets $pid; what it says goes to $tap_tmp/said, errors to $tap_tmp/log.
# Signals are reset, as bash has INT ignored in what it runs in the background.
runs=0 pid=
start() {
	rm -f "$tap_tmp/started"
	runs=$((runs + 1))
	INTERRUPT_TEST=$tap_tmp.$runs setsid env --default-signal "$@" \
		>"$tap_tmp/said" 2>"$tap_tmp/log" &
	pid=$!
	await "$tap_tmp/started"
}

# send SIGNAL script|group: to what was started alone or, as from a terminal, to its
# whole process group. A shell that waits for a tool hears of it once that has ended.
send() {
	local to=$pid
	[ "$2" = script ] || to=-$pid
	kill -s "$1" -- "$to"
}

# What was started last and still lives, whichever session it is in: all have a
# variable in their environment, which a zombie no longer has.
alive() {
	grep -lzsxF "INTERRUPT_TEST=$tap_tmp.$runs" /proc/[0-9]*/environ |
		tr -cd '0-9\n' || true
}

# Waits for all to end; whoever is left after ten seconds is named, and ended.
survivors() {
	local left one
	for _ in {1..200}; do
		left=$(alive)
		[ -n "$left" ] || return 0
		sleep 0.05
	done
	for one in $left; do
		tr '\0' ' ' <"/proc/$one/cmdline"
		kill -s KILL "$one" || true
	done
}
