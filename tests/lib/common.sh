# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What scripts of several directories share. Source it.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

roots=$top/build/roots		# Debian roots, kept

say() {
	printf '==> %s\n' "$*" >&2
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		die "run this as root, or install sudo"
	fi
}

# lock FILE: waits for the lock and holds it until the script ends.
lock() {
	mkdir -p "$(dirname "$1")"
	exec 9>"$1"
	flock -w 1800 9 ||
		die "gave up waiting for another run that holds $1"
}

# copy_project DIRECTORY [FILE...]: puts what the modules are built from there, or those
# files and directories, as it was written and without anything that was there before.
copy_project() {
	local to=$1
	shift
	[ "$#" -gt 0 ] || set -- Makefile Kbuild VERSION kernel scripts lib tools packaging
	rm -rf -- "$to"
	mkdir -p "$to"
	(cd "$top" && git ls-files -z --cached --others --exclude-standard "$@" |
		while IFS= read -r -d '' file; do
			[ ! -e "$file" ] || printf '%s\0' "$file"
		done | tar --null -T - -cf -) | tar -C "$to" --no-same-owner -xf -
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
