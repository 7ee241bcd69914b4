#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Whatever a kernel or module is packed in, the very archive comes out.

set -euo pipefail
# shellcheck source=tests/check/extract/images.sh
. "$(dirname "$0")/images.sh"

# made NAME ARCHIVE COMMAND...: what the command prints has this archive in it.
made() {
	"${@:3}" >"$tap_tmp/made"
	answers "$1" "$2" "$tap_tmp/made"
}

is "$(xz --robot -l "$ours" | awk '$1 == "file" { print ($2 > 3) }')" 1 \
	"our archive has several streams"
is "$(xz --robot -l "$linux" | awk '$1 == "file" { print $2, $7 }')" "1 CRC64" \
	"Linux's archive has one stream"
ok "the marker's letters occur elsewhere" grep -qa IKHD_ST "$tap_tmp/other.o"

for whose in ours linux; do
	archive=${!whose} ko=$tap_tmp/$whose.ko vmlinux=$tap_tmp/$whose.vmlinux
	objcopy -O binary "$vmlinux" "$tap_tmp/Image"
	answers "$whose: kheaders.ko" "$archive" "$ko"
	answers "$whose: vmlinux" "$archive" "$vmlinux"
	answers "$whose: Image" "$archive" "$tap_tmp/Image"
	for kind in "${kinds[@]}"; do
		made "$whose: kheaders.ko, $kind" "$archive" pack "$kind" "$ko"
		made "$whose: Image, $kind" "$archive" pack "$kind" "$tap_tmp/Image"
		made "$whose: bzImage, $kind" "$archive" bz_image "$kind" "$vmlinux"
		made "$whose: vmlinuz.efi, $kind" "$archive" \
			zboot "$kind" "$tap_tmp/Image"
	done
	bz_image zstd "$vmlinux" >"$tap_tmp/bzImage"
	pack gzip "$tap_tmp/bzImage" >"$tap_tmp/made"
	refuses "$none" "$whose: bzImage.gz, two levels" "$tap_tmp/made"
	made "$whose: in the middle of something" "$archive" \
		cat "$tap_tmp/setup" "$ko" "$tap_tmp/decompressor"
done
made "kheaders.ko.lz4, the newer format" "$ours" lz4 -qc "$tap_tmp/ours.ko"
ok "lz4 has two formats" test "$(head -c 4 "$tap_tmp/made" | od -tx1)" != \
	"$(pack lz4 "$tap_tmp/ours.ko" | head -c 4 | od -tx1)"

# Of one stream, with every check that xz knows, at every alignment.
checked=$tap_tmp/checked.tar.xz
for check in none crc32 crc64 sha256; do
	linux_archive "$tap_tmp/headers" --check="$check" -1 >"$checked"
	ours_object "$checked" "$tap_tmp/checked.o"
	returns "a stream with check $check" "$checked" "$tap_tmp/checked.o"
done
for before in 0 1 2 3; do
	made "a stream $before bytes after the beginning" "$linux" \
		cat <(head -c "$before" "$tap_tmp/setup") "$linux" <(printf YZ)
done
tar --format=ustar -C "$tap_tmp/headers" -c include arch | xz >"$checked"
ours_object "$checked" "$tap_tmp/checked.o"
returns "a stream whose members have no ./" "$checked" "$tap_tmp/checked.o"

# An end marker counts where the stream ends only.
mkdir -p "$tap_tmp/letters/include/linux"
cat <(junk 70000) <(printf 'IKHD_ED\0') <(junk 70000 2) \
	>"$tap_tmp/letters/include/linux/kconfig.h"
linux_archive "$tap_tmp/letters" >"$checked"
ok "letters can be kept as they are" grep -qa IKHD_ED "$checked"
ours_object "$checked" "$tap_tmp/letters.o"
returns "ours, with the end marker's letters in it" "$checked" "$tap_tmp/letters.o"
made "ours, before another end marker" "$ours" \
	cat "$tap_tmp/ours.ko" <(printf 'YZIKHD_ED\0')

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
for whose in ours linux; do
	made "$whose among others" "${!whose}" \
		cat "$tap_tmp/others" "$tap_tmp/$whose.vmlinux" "$tap_tmp/others"
done
mv "$tap_tmp/made" "$tap_tmp/among"
made "Linux's among others, in a bzImage" "$linux" \
	cat "$tap_tmp/others" <(bz_image xz "$tap_tmp/among")
made "a whole one after a piece of one" "$ours" \
	cat <(printf 'IKHD_ST\0'; head -c 1000 "$ours") "$tap_tmp/ours.vmlinux"

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
is "$(find . -type f | LC_ALL=C sort)" "$(printf '%s\n' ./-d/o ./-o './a b/-o' ./o)" \
	"nothing else was made"
cd "$tap_tmp"
for mask in 022 077; do
	fresh_out
	(umask "$mask" && extract "$tap_tmp/ours.ko" "$out")
	is "$(stat -c %a "$out")" "$(printf %o $((0666 & ~mask)))" \
		"umask $mask is respected"
done
ok "with users' own settings" env XZ_OPT=--format=lzma XZ_DEFAULTS=-vv \
	TAR_OPTIONS=--exclude=include GZIP=-v LC_ALL=C.UTF-8 GREP_COLORS=mt=01 \
	POSIXLY_CORRECT=1 "$extract" "$tap_tmp/ours.vmlinux" "$out"
ok "with users' own settings: the very archive" cmp "$ours" "$out"
ln -s ours.ko "$tap_tmp/link"
returns "a link to a file" "$ours" "$tap_tmp/link"

like "$(extract --help)" 'extract-ikheaders FILE \[OUTPUT\]' "--help shows the usage"

done_testing
