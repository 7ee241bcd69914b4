#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# No room on the disk, or interrupted, at every single call that writes: there is all, or
# nothing.

set -euo pipefail
# shellcheck source=tests/check/tools/tools.sh
. "$(dirname "$0")/tools.sh"

here=$(dirname "$(realpath "$0")")
ok 'the command builds' flock "$top/build/tools.lock" make -C "$top" tools
kheaders=$top/build/tools/kheaders
archive=$tap_tmp/archive.tar.xz
"$here/make_tar" name=include/linux/a.h,text=a name=include/b.h,text=b \
	name=scripts/c.sh,mode=755,text=c | xz >"$archive"
ok 'fail_nth builds' gcc -shared -fPIC -O1 -Wall -Wextra -Werror -o "$tap_tmp/fail_nth.so" \
	"$here/fail_nth.c"
mkdir "$tap_tmp/by-tar"
tar -xJf "$archive" -C "$tap_tmp/by-tar"

# failing CALL N COMMAND...
failing() {
	FAIL_CALL=$1 FAIL_AT=$2 FAIL_COUNT=$tap_tmp/count LD_PRELOAD=$tap_tmp/fail_nth.so \
		"${@:3}" >"$tap_tmp/said" 2>&1
}

# Prints what is wrong after "extract" failed, or did not.
judge_extract() {
	if [ -e "$work/x" ]; then
		diff -r "$tap_tmp/by-tar" "$work/x" || echo 'it is not complete'
	elif [ "$1" -ne 1 ]; then
		echo "status $1, and there is nothing"
	fi
	find "$work" -mindepth 1 -maxdepth 1 ! -name x
}

# The same of "path": what is there is complete, or made anew by the next one.
judge_path() {
	case $1 in
	0) diff -r "$tap_tmp/by-tar" "$(echo "$work"/cache/-????????????????)" ;;
	1) ;;
	*) echo "status $1" ;;
	esac
	[ ! -d "$work/cache" ] || find "$work/cache" -mindepth 1 -maxdepth 1 -name '.*'
	env -u FAIL_SIGNAL "${path[@]}" >"$tap_tmp/said"
	diff -r "$tap_tmp/by-tar" "$(cat "$tap_tmp/said")"
}

# each_call CALL JUDGE COMMAND...: with each of them failing in turn. A directory that is
# there already may fail to be made; nothing else is without consequence.
each_call() {
	local call=$1 judge=$2 what=${2#judge_}${FAIL_SIGNAL+, signal $FAIL_SIGNAL} calls n status wrong=
	shift 2
	rm -rf "${work:?}"/*
	ok "$what: $call: none fails" failing "$call" 0 "$@"
	calls=$(cat "$tap_tmp/count")
	ok "$what: $call: there are some" test "$calls" -gt 0
	for ((n = 1; n <= calls; n++)); do
		rm -rf "${work:?}"/*
		status=0
		failing "$call" "$n" "$@" || status=$?
		# Interrupted at the first, it does not go on to the last.
		[ -z "${FAIL_SIGNAL-}" ] || [ "$n" -gt 1 ] ||
			[ "$(cat "$tap_tmp/count")" -lt "$calls" ] || wrong+='it went on; '
		[ "$call" = mkdir ] || [ "$status" -eq 1 ] || wrong+="status $status"
		wrong+=$("$judge" "$status" 2>&1) || wrong+=' it failed'
		[ -z "$wrong" ] || { wrong="call $n: $wrong"; break; }
	done
	is "$wrong" '' "$what: $call: none of $calls does harm"
}

# One thread, so that calls come in the same order each time
extract=("$kheaders" extract -o "$archive" -C "$work/x" --limit threads=1)
path=("$kheaders" path -o -f "$archive" --cache "$work/cache" --limit threads=1)
for call in write openat mkdirat fchmod renameat close; do
	each_call "$call" judge_extract "${extract[@]}"
done
for call in write openat mkdir mkdirat fchmod renameat close; do
	each_call "$call" judge_path "${path[@]}"
done
# On a terminal, by kill, and when that goes away
for FAIL_SIGNAL in 2 15 1; do
	export FAIL_SIGNAL
	each_call write judge_extract "${extract[@]}"
	each_call mkdirat judge_path "${path[@]}"
done
done_testing
