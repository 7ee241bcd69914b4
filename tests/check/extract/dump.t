#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Dumps of memory: large, with long runs of one byte, and searched in little
# memory.

set -euo pipefail
# shellcheck source=tests/check/extract/images.sh
. "$(dirname "$0")/images.sh"

MiB=$((1 << 20))
dump=$tap_tmp/dump

# put_at FILE OFFSET: into the dump
put_at() {
	dd if="$1" of="$dump" bs=64K oflag=seek_bytes seek="$2" conv=notrunc status=none
}

# No process may have more than this, be it memory that is mapped only.
frugally() {
	(ulimit -v $((128 << 10)) && "$@")
}

# dumped NAME ARCHIVE
dumped() {
	fresh_out
	ok "$1" frugally extract "$dump" "$out"
	ok "$1: the very archive" cmp "$2" "$out"
	nothing_left "$1" k.tar.xz
}

# refused NAME ERE
refused() {
	fails "$1" "$2" frugally extract "$dump" "$out"
}

# Zeros, as of memory that was never used, and bytes of all ones, as of memory
# that is not there: neither has an end of line.
truncate -s $((64 * MiB)) "$dump"
head -c $((160 * MiB)) /dev/zero | tr '\0' '\377' >>"$dump"
truncate -s +$((64 * MiB)) "$dump"
run_mustfail -s 2 -e memory "the limit on memory works" \
	frugally grep -c x "$dump"
refused "nothing in it" "$none"
put_at "$tap_tmp/ours.vmlinux" $((150 * MiB))
dumped "ours, among ones" "$ours"
put_at "$tap_tmp/linux.vmlinux" $((250 * MiB + 1))
refused "ours and Linux's" "$several"

# at_piece_end WHAT ARCHIVE FILE OFFSET SHIFT...: the search goes in pieces of
# 16 MiB; what is at this offset of the file lies at, and around, the end of one.
at_piece_end() {
	local shift
	for shift in "${@:5}"; do
		rm -f "$dump"
		put_at "$3" $((16 * MiB - $4 + shift))
		dumped "$1 at a piece's end $shift" "$2"
	done
}

at_piece_end 'the start marker' "$ours" "$tap_tmp/ours.ko" \
	"$(offset "$tap_tmp/ours.ko" 'IKHD_ST\x00\xfd')" -14 -13 -8 -7 -1 0
at_piece_end 'the end marker' "$ours" "$tap_tmp/ours.ko" \
	"$(offset "$tap_tmp/ours.ko" 'YZIKHD_ED')" -10 -9 -3 -2 -1 0
at_piece_end "Linux's archive" "$linux" "$linux" 0 -6 -5 -1 0

# What is compressed is looked into in images only.
rm "$dump"
truncate -s $((256 * MiB)) "$dump"
pack gzip "$tap_tmp/ours.ko" >"$tap_tmp/packed"
put_at "$tap_tmp/packed" $((100 * MiB))
dumped "compressed, in 256 MiB" "$ours"
truncate -s +1 "$dump"
refused "compressed, in more" "$none"

done_testing
