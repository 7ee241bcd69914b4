#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whatever a kernel or module is packed in, the very archive comes out.

set -euo pipefail
# shellcheck source=tests/extract/images.sh
. "$(dirname "$0")/images.sh"

make_archives
is "$(xz --robot -l "$ours" | awk '$1 == "file" { print ($2 > 3) }')" 1 \
	"our archive has several streams"
is "$(xz --robot -l "$linux" | awk '$1 == "file" { print $2, $7 }')" "1 CRC64" \
	"Linux's archive has one stream"
image ours "$ours" "$tap_tmp/ours"
image linux "$linux" "$tap_tmp/linux"
ok "the marker's letters occur elsewhere" grep -qa IKHD_ST "$tap_tmp/other.o"

for whose in ours linux; do
	archive=${!whose}
	ko=$tap_tmp/$whose.ko vmlinux=$tap_tmp/$whose.vmlinux
	gives "$whose: kheaders.ko" "$archive" "$ko"
	gives "$whose: vmlinux" "$archive" "$vmlinux"
	objcopy -O binary "$vmlinux" "$tap_tmp/Image"
	gives "$whose: Image" "$archive" "$tap_tmp/Image"
	for kind in "${kinds[@]}"; do
		pack "$kind" "$ko" >"$tap_tmp/packed"
		gives "$whose: kheaders.ko, $kind" "$archive" "$tap_tmp/packed"
		pack "$kind" "$tap_tmp/Image" >"$tap_tmp/packed"
		gives "$whose: Image, $kind" "$archive" "$tap_tmp/packed"
		bz_image "$kind" "$vmlinux" >"$tap_tmp/packed"
		gives "$whose: bzImage, $kind" "$archive" "$tap_tmp/packed"
		zboot "$kind" "$tap_tmp/Image" >"$tap_tmp/packed"
		gives "$whose: vmlinuz.efi, $kind" "$archive" "$tap_tmp/packed"
	done
	bz_image zstd "$vmlinux" | gzip -n >"$tap_tmp/packed"
	gives "$whose: bzImage.gz, two levels" "$archive" "$tap_tmp/packed"
	{
		junk 1000
		cat "$ko"
		junk 1000 2
	} >"$tap_tmp/dump"
	gives "$whose: in the middle of something" "$archive" "$tap_tmp/dump"
done
pack lz4 "$tap_tmp/ours.ko" >"$tap_tmp/legacy"
lz4 -qc "$tap_tmp/ours.ko" >"$tap_tmp/packed"
ok "lz4 has two formats" test "$(head -c 4 "$tap_tmp/legacy")" != "$(head -c 4 "$tap_tmp/packed")"
gives "kheaders.ko.lz4, the newer format" "$ours" "$tap_tmp/packed"

# Of one stream, with every check that xz knows, at every alignment.
for check in none crc32 crc64 sha256; do
	linux_archive "$tap_tmp/headers" --check="$check" -1 >"$tap_tmp/checked.tar.xz"
	linux_object "$tap_tmp/checked.tar.xz" "$tap_tmp/checked.o"
	gives "a stream with check $check" "$tap_tmp/checked.tar.xz" "$tap_tmp/checked.o"
done
for before in 0 1 2 3; do
	{
		junk "$before"
		cat "$linux"
		printf YZ
	} >"$tap_tmp/dump"
	gives "a stream $before bytes after the beginning" "$linux" "$tap_tmp/dump"
done
tar --format=ustar -C "$tap_tmp/headers" -c include arch | xz >"$tap_tmp/plain.tar.xz"
gives "a stream whose members have no ./" "$tap_tmp/plain.tar.xz" "$tap_tmp/plain.tar.xz"

# An end marker counts where the stream ends only.
mkdir -p "$tap_tmp/letters/include/linux"
{
	junk 70000
	printf 'IKHD_ED\0'
	junk 70000 2
} >"$tap_tmp/letters/include/linux/kconfig.h"
linux_archive "$tap_tmp/letters" >"$tap_tmp/letters.tar.xz"
ok "letters can be kept as they are" grep -qa IKHD_ED "$tap_tmp/letters.tar.xz"
ours_object "$tap_tmp/letters.tar.xz" "$tap_tmp/letters.o"
gives "ours, with the end marker's letters in it" "$tap_tmp/letters.tar.xz" "$tap_tmp/letters.o"
{
	cat "$tap_tmp/ours.ko"
	printf 'YZIKHD_ED\0'
} >"$tap_tmp/dump"
gives "ours, before another end marker" "$ours" "$tap_tmp/dump"

# Among other things that are compressed or look like it.
{
	printf 'IKCFG_ST'
	echo CONFIG_IKHEADERS=y | gzip -n
	printf 'IKCFG_ED'
	echo 070701 | xz --check=crc32
	printf 'IKHD_ST\0IKHD_ED\0'
	printf '\xfd7zXZ\0 \x1f\x8b\x08 \x28\xb5\x2f\xfd BZh91AY&SY'
	printf '\x5d\0\0\0\4\xff\xff\xff\xff\xff\xff\xff\xff'
	printf '\x02!L\x18 \x89LZO\0\r\n\x1a\n'
} >"$tap_tmp/others"
cat "$tap_tmp/others" "$tap_tmp/ours.vmlinux" "$tap_tmp/others" >"$tap_tmp/dump"
gives "ours among others" "$ours" "$tap_tmp/dump"
cat "$tap_tmp/others" "$tap_tmp/linux.vmlinux" "$tap_tmp/others" >"$tap_tmp/dump"
gives "Linux's among others" "$linux" "$tap_tmp/dump"
{
	cat "$tap_tmp/others"
	bz_image xz "$tap_tmp/dump"
} >"$tap_tmp/packed"
gives "Linux's among others, in a bzImage" "$linux" "$tap_tmp/packed"
{
	printf 'IKHD_ST\0'
	head -c 1000 "$ours"
	cat "$tap_tmp/ours.vmlinux"
} >"$tap_tmp/dump"
gives "a whole one behind a piece of one" "$ours" "$tap_tmp/dump"

# Names, places, modes.
fresh_out
extract "$tap_tmp/ours.ko" >"$out"
ok "standard output" cmp "$ours" "$out"
echo older >"$out"
ln "$out" "$tap_tmp/older"
ok "over another file" extract "$tap_tmp/ours.ko" "$out"
ok "over another file: the very archive" cmp "$ours" "$out"
is "$(cat "$tap_tmp/older")" older "over another file: it is replaced, not written to"
cd "$tap_tmp/out"
rm k.tar.xz
mkdir 'a b' -- -d
names=('two words' '-leading' '-' '--' '--output' "it's" 'a:b' 'v=1' $'new\nline' '*')
for name in "${names[@]}"; do
	cp -- "$tap_tmp/ours.ko" "$name"
	printed=$(printf '%q' "$name")
	for output in o -o 'a b/-o' -d/o; do
		rm -f -- "$output"
		ok "$printed into '$output'" extract "$name" "$output"
		ok "$printed into '$output': the very archive" cmp -- "$ours" "$output"
	done
	rm -- "$name"
done
is "$(find . -type f | sort)" "$(printf '%s\n' ./-d/o ./-o './a b/-o' ./o)" \
	"nothing else was made"
cd "$tap_tmp"
for mask in 022 077; do
	fresh_out
	(umask "$mask" && extract "$tap_tmp/ours.ko" "$out")
	is "$(stat -c %a "$out")" "$(printf %o $((0666 & ~mask)))" "umask $mask is respected"
done
ok "with users' own settings" env XZ_OPT=--format=lzma XZ_DEFAULTS=-vv \
	TAR_OPTIONS=--exclude=include GZIP=-v LC_ALL=C.UTF-8 GREP_COLORS=mt=01 POSIXLY_CORRECT=1 \
	"$extract" "$tap_tmp/linux.vmlinux" "$out"
ok "with users' own settings: the very archive" cmp "$linux" "$out"
ln -s ours.ko "$tap_tmp/link"
gives "a link to a file" "$ours" "$tap_tmp/link"

like "$(extract --help)" 'extract-ikheaders FILE \[OUTPUT\]' "--help shows the usage"

done_testing
