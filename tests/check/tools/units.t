#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Units of libkheaders, of the command and of kheaders-mount, by cmocka.

set -euo pipefail
# shellcheck source=tests/check/tools/tools.sh
. "$(dirname "$0")/tools.sh"

units=$(dirname "$(realpath "$0")")/units
build_tools
make_archives

# units NAME OBJECT...: what they do not define themselves is in the objects.
units() {
	local program=$tap_tmp/$1 status=0 flags line
	read -ra flags < <(pkg-config --cflags --libs fuse3 cmocka | xargs)
	ok "$1: builds, no warning" gcc -O1 -g -std=c11 -Wall -Wextra -Werror -D_GNU_SOURCE \
		-DVERSION='"0"' -fsanitize=address,undefined -o "$program" "$units/$1.c" \
		"${@:2}" "${flags[@]}" -larchive -llzma -lzstd -lmd
	KHEADERS_TEST_ARCHIVE=$build CMOCKA_MESSAGE_OUTPUT=TAP "$program" \
		>"$tap_tmp/units" 2>&1 || status=$?
	while read -r line; do
		case $line in
		'ok '*) pass "$1: ${line#* - }" ;;
		'not ok '*) fail "$1: ${line#* - }" ;;
		esac
	done <"$tap_tmp/units"
	is "$status" 0 "$1: as a whole"
	[ "$status" -eq 0 ] || diag "$(cat "$tap_tmp/units")"
}

lib=()
for name in extract image index kheaders load members stream threads; do
	lib+=("$tools/lib/$name.o")
done
units lib "${lib[@]}"
for name in cache describe pread walk; do
	lib+=("$tools/lib/$name.o")
done
units command "$tools"/cmd/{advise,common,mount,tree}.o "${lib[@]}"
done_testing
