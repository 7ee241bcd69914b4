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

rm "$dump"
pack gzip "$tap_tmp/ours.ko" >"$tap_tmp/packed"
put_at "$tap_tmp/packed" $((30 * MiB))
returns "compressed" "$ours" "$dump"

done_testing
