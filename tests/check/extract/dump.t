#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Dumps of memory: large, with long runs of one byte.

set -euo pipefail
# shellcheck source=tests/check/extract/images.sh
. "$(dirname "$0")/images.sh"

MiB=$((1 << 20))
dump=$tap_tmp/dump

# put_at FILE OFFSET: into the dump
put_at() {
	dd if="$1" of="$dump" bs=64K oflag=seek_bytes seek="$2" conv=notrunc status=none
}

# Zeros, as of memory that was never used, and bytes of all ones, as of memory
# that is not there: neither has an end of line.
truncate -s $((16 * MiB)) "$dump"
head -c $((40 * MiB)) /dev/zero | tr '\0' '\377' >>"$dump"
truncate -s +$((16 * MiB)) "$dump"
refuses "$none" "nothing in it" "$dump"
put_at "$tap_tmp/ours.vmlinux" $((40 * MiB))
returns "ours, among ones" "$ours" "$dump"
put_at "$tap_tmp/linux.vmlinux" $((62 * MiB + 1))
returns "ours and Linux's" "$ours" "$dump"

# at_piece_end WHAT ARCHIVE FILE OFFSET SHIFT...: tr and grep read in pieces, of a size that
# is a power of two; what is at this offset of the file lies at, and around, the end of one.
at_piece_end() {
	local shift
	for shift in "${@:5}"; do
		rm -f "$dump"
		put_at "$3" $((MiB - $4 + shift))
		answers "$1 at a piece's end $shift" "$2" "$dump"
	done
}

at_piece_end 'the start marker' "$ours" "$tap_tmp/ours.ko" \
	"$(offset "$tap_tmp/ours.ko" 'IKHD_ST\x00\xfd')" -14 -13 -8 -7 -1 0
at_piece_end 'the end marker' "$ours" "$tap_tmp/ours.ko" \
	"$(offset "$tap_tmp/ours.ko" 'YZIKHD_ED')" -10 -9 -3 -2 -1 0
at_piece_end "Linux's archive" "$linux" "$linux" 0 -6 -5 -1 0

rm "$dump"
pack gzip "$tap_tmp/ours.ko" >"$tap_tmp/packed"
put_at "$tap_tmp/packed" $((30 * MiB))
returns "compressed" "$ours" "$dump"

done_testing
