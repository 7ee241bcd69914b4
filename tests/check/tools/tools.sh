# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # variables for those who source this
#
# The command kheaders, built to notice its own mistakes, and small archives. Source it,
# after tests/check/extract/images.sh where that is needed, too.

# shellcheck source=tests/check/generator/tree.sh
[ -n "${gen-}" ] || . "$(dirname "${BASH_SOURCE[0]}")/../generator/tree.sh"

tools=$top/build/tools-asan
kheaders=$tools/kheaders
export ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=halt_on_error=1:exitcode=99

build_tools() {
	mkdir -p "$tools"
	lock "$tools.lock"
	ok 'the tools build, no warning' make -C "$top/tools/kheaders" O="$tools" \
		CFLAGS='-O1 -g -Werror -fsanitize=address,undefined'
}

# Sets tree, and two archives of it: headers, and build, which has a kit.
make_archives() {
	tree=$tap_tmp/tree headers=$tap_tmp/headers.tar.xz build=$tap_tmp/build.tar.xz
	tree_split "$tree"
	tree_kit "$tree/src" "$tree/obj"
	generate "$tree/src" "$tree/obj" "$headers" >"$tap_tmp/said"
	kit "$tree/src" "$tree/obj" "$build" >"$tap_tmp/said"
}

# open_tools DIR: a directory where nobody can work, with the command and an archive: those
# here may be below a home that is closed to others.
open_tools() {
	chmod 755 "$tap_tmp"
	mkdir "$1"
	cp "$kheaders" "$headers" "$1"
	[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$1"
}

# What is anywhere below a directory, the private ones of this test left out
listing() {
	find "$1" -printf '%P %y %m %s %l\n' | LC_ALL=C sort
}

# refuses ERE NAME COMMAND...: says why in one line, exits with exactly 1, and leaves
# nothing in $work
work=$tap_tmp/work
mkdir "$work"
refuses() {
	run_mustfail -s 1 -e "$1" "$2" "${@:3}"
	is "$(listing "$work")" "$(printf ' d %s %s ' "$(stat -c %a "$work")" \
		"$(stat -c %s "$work")")" "$2: nothing is left"
}
