# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the scripts of several test folders share. Source it.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

say() {
	printf '==> %s\n' "$*" >&2
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# lock FILE: waits for the lock and holds it until the script ends.
lock() {
	mkdir -p "$(dirname "$1")"
	exec 9>"$1"
	flock -w "${LOCK_TIMEOUT:-1800}" 9 ||
		die "gave up waiting for another run that holds $1"
}

# judge_make STATUS LOG HARMLESS: ends the script, and shows what matters of the log,
# if make failed or anything warned but what the extended expression matches.
judge_make() {
	if [ "$1" -ne 0 ]; then
		tail -n 30 "$2" >&2
		die "make failed with status $1; its log is $2"
	fi
	if grep -i 'warning' "$2" | grep -vE "$3" >&2; then
		die "something warned; the log is $2"
	fi
}
