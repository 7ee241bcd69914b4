#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kheaders gets the archive out of whatever a kernel or module is packed in, with markers or
# without, and out of dumps of memory, with little memory of its own.

set -euo pipefail
# shellcheck source=tests/check/extract/images.sh
. "$(dirname "$0")/../extract/images.sh"
# shellcheck source=tests/check/tools/tools.sh
. "$(dirname "$0")/tools.sh"

build_tools
for whose in ours linux; do
	mkdir "$tap_tmp/$whose.tree"
	tar -xJf "${!whose}" -C "$tap_tmp/$whose.tree"
done

size_found() {
	"$kheaders" info --json "$1" | sed -n 's/^  "size": \([0-9]*\),$/\1/p'
}

# has NAME WHOSE COMMAND...: what the command prints has this archive in it, which
# unpacks to what tar makes of it
has() {
	"${@:3}" >"$tap_tmp/made"
	has_file "$1" "$2" "$tap_tmp/made"
}

has_file() {
	rm -rf "$tap_tmp/unpacked"
	ok "$1" "$kheaders" extract -o "$3" -C "$tap_tmp/unpacked"
	ok "$1: what tar makes of it" diff -r "$tap_tmp/$2.tree" "$tap_tmp/unpacked"
	is "$(size_found "$3")" "$(stat -c %s "${!2}")" "$1: to its last byte"
}

for whose in ours linux; do
	ko=$tap_tmp/$whose.ko vmlinux=$tap_tmp/$whose.vmlinux image=$tap_tmp/Image
	objcopy -O binary "$vmlinux" "$image"
	has "$whose: kheaders.ko" "$whose" cat "$ko"
	has "$whose: vmlinux" "$whose" cat "$vmlinux"
	for kind in gzip xz lzma zstd bzip2 lz4; do
		has "$whose: kheaders.ko, $kind" "$whose" pack "$kind" "$ko"
		has "$whose: bzImage, $kind" "$whose" bz_image "$kind" "$vmlinux"
		has "$whose: vmlinuz.efi, $kind" "$whose" zboot "$kind" "$image"
	done
	bz_image zstd "$vmlinux" >"$tap_tmp/bzImage"
	has "$whose: bzImage.gz, two levels" "$whose" pack gzip "$tap_tmp/bzImage"
	has "$whose: in the middle of something" "$whose" \
		cat "$tap_tmp/setup" "$ko" "$tap_tmp/decompressor"
	has "$whose: after a piece of one" "$whose" \
		cat <(head -c 1000 "$ours") "$tap_tmp/setup" "$ko"
	for before in 1 2 3 1048570 1048575; do
		has "$whose: $before bytes after the beginning" "$whose" \
			cat <(head -c "$before" /dev/zero) "${!whose}" <(printf 'more')
		has "$whose: compressed, $before bytes after the beginning" "$whose" \
			cat <(head -c "$before" /dev/zero) <(pack zstd "$ko")
	done
done

# A dump of memory, and how much memory it may take itself
dump=$tap_tmp/dump
truncate -s 256M "$dump"
dd if="$tap_tmp/linux.vmlinux" of="$dump" bs=64K oflag=seek_bytes seek=200000001 \
	conv=notrunc status=none
has_file 'a dump' linux "$dump"
ok 'a build without ASan' make -C "$top/tools/kheaders" O="$tap_tmp/plain"
ok 'a dump, in 64 MiB' sh -c "ulimit -v 65536
	MALLOC_ARENA_MAX=1 exec '$tap_tmp/plain/kheaders' info '$dump'"

# What has none
cat "$tap_tmp/setup" "$tap_tmp/decompressor" >"$tap_tmp/made"
refuses 'has none in it' 'nothing' "$kheaders" info "$tap_tmp/made"
pack zstd "$tap_tmp/setup" >"$tap_tmp/made"
refuses 'has none in it' 'nothing, compressed' "$kheaders" info "$tap_tmp/made"
echo 'not a tar archive' | xz | cat "$tap_tmp/setup" - >"$tap_tmp/made"
refuses 'has none in it' 'something else that xz compressed' "$kheaders" info "$tap_tmp/made"
tar -C "$tap_tmp" -c setup | xz | cat "$tap_tmp/setup" - >"$tap_tmp/made"
refuses 'has none in it' 'another tar archive' "$kheaders" info "$tap_tmp/made"
{ cat "$tap_tmp/setup"; head -c 2000 "$ours"; printf damage; tail -c +2007 "$ours"; } \
	>"$tap_tmp/made"
refuses 'damaged or truncated' 'one stream of many is damaged' \
	"$kheaders" info "$tap_tmp/made"
head -c -100 "$linux" | cat "$tap_tmp/setup" - >"$tap_tmp/made"
refuses 'damaged or truncated' 'cut' "$kheaders" info "$tap_tmp/made"
{ cat "$tap_tmp/setup"; head -c 3000 "$linux"; printf damage; tail -c +3007 "$linux"; } \
	>"$tap_tmp/made"
refuses 'damaged or truncated' 'damaged' "$kheaders" info "$tap_tmp/made"
pack gzip "$tap_tmp/made" >"$tap_tmp/made.gz"
refuses 'damaged or truncated' 'damaged, compressed' "$kheaders" info "$tap_tmp/made.gz"
done_testing
