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
