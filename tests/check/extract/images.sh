# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Small images of kernels and modules, made with the real tools, and what the
# tests do with them. In $tap_tmp there are two archives of the same headers,
# $ours, of several streams, and $linux, as Linux makes it; of each a module,
# ours.ko and linux.ko, and a kernel, ours.vmlinux and linux.vmlinux.

# shellcheck source=tests/check/generator/tree.sh
. "$(dirname "${BASH_SOURCE[0]}")/../generator/tree.sh"

extract=$top/scripts/kheaders/extract-ikheaders
ours=$tap_tmp/ours.tar.xz linux=$tap_tmp/linux.tar.xz
mkdir -p "$tap_tmp"/{tmp,headers,stubs/{linux,asm}}

# linux_archive DIR [XZ-OPTION...]
linux_archive() {
	tar --owner=0 --group=0 --sort=name --numeric-owner -C "$1" -c . |
		xz "${@:2}"
}

# Bytes that look like nothing, the same each time.
junk() {
	LC_ALL=C awk -v n="$1" -v seed="${2:-1}" 'BEGIN {
		srand(seed)
		while (n-- > 0)
			printf "%c", int(rand() * 255) + 1
	}'
}

# ours_object ARCHIVE OUT: from the module's own source
ours_object() {
	gcc -c -I "$tap_tmp/stubs" -DKHEADERS_ARCHIVE="\"$1\"" -o "$2" \
		"$top/kernel/kheaders/kheaders_data.S"
}

# linux_object ARCHIVE OUT: as Linux's kheaders.c has it, at an odd address
linux_object() {
	gcc -c -x assembler -o "$2" - <<-S
		.section .rodata, "a"
		.byte 1
		.global kernel_headers_data
		kernel_headers_data:
		.incbin "$1"
		.global kernel_headers_data_end
		kernel_headers_data_end:
	S
}

# Code and data that go with it, among them the marker's letters.
other_object() {
	gcc -O2 -c -x c -o "$1" - <<-'C'
		int init_module(void) { return 1; }
		const char filler[5000] = { 1 };
		const char marker_start[8] = "IKHD_ST";
		const char marker_end[8] = "IKHD_ED";
		const char xz_header[] = { '\xfd', '7', 'z', 'X', 'Z', '\0' };
		const char xz_footer[] = { 'Y', 'Z' };
	C
}

kinds=(gzip xz lzma zstd bzip2 lz4 lzop)

# pack KIND FILE: as the kernel's build does it
pack() {
	case $1 in
	gzip) gzip -nc9 "$2" ;;
	xz) xz --check=crc32 --x86 --lzma2=dict=32MiB -c "$2" ;;
	lzma) xz --format=lzma -9 -c "$2" ;;
	zstd) zstd -qc -22 --ultra "$2" ;;
	bzip2) bzip2 -c9 "$2" ;;
	lz4) lz4 -lqc -9 "$2" ;;
	lzop) lzop -c9 "$2" ;;
	esac
}

# le32 NUMBER: in four bytes, the lowest one first
le32() {
	local bytes
	printf -v bytes '\\x%02x' $(($1 & 255)) $(($1 >> 8 & 255)) \
		$(($1 >> 16 & 255)) $(($1 >> 24))
	printf '%b' "$bytes"
}

# bz_image KIND VMLINUX: the payload between setup and decompressor, followed by
# its size when unpacked
bz_image() {
	printf 'MZ'
	cat "$tap_tmp/setup"
	pack "$1" "$2"
	le32 "$(stat -c %s "$2")"
	cat "$tap_tmp/decompressor"
}

# zboot KIND IMAGE: an EFI application of arm64 and others
zboot() {
	pack "$1" "$2" >"$tap_tmp/payload"
	printf 'MZ\0\0zimg'
	le32 4096
	le32 "$(stat -c %s "$tap_tmp/payload")"
	printf '\0\0\0\0\0\0\0\0%-32s' "$1" | tr ' ' '\0'
	head -c 4040 "$tap_tmp/setup"
	cat "$tap_tmp/payload"
	head -c 3000 "$tap_tmp/decompressor"
}

# offset FILE PATTERN: where it begins
offset() {
	LC_ALL=C grep -aboP "$2" "$1" | awk -F : 'NR == 1 { print $1 }'
}

# Temporary files go where it shows if they stay.
extract() {
	TMPDIR="$tap_tmp/tmp" "$extract" "$@"
}

# nothing_left NAME [FILE]: in the way of temporary files, nor beside this one
nothing_left() {
	is "$(ls -A "$tap_tmp/tmp")" "" "$1: no temporary file is left"
	is "$(ls -A "$tap_tmp/out")" "${2-}" "$1: nothing else lies beside the output"
}

# returns NAME ARCHIVE FILE: the file has this archive in it
returns() {
	fresh_out
	ok "$1" extract "$3" "$out"
	is "$(cat "$tap_tmp/.ok")" "" "$1: nothing to say"
	ok "$1: the very archive" cmp "$2" "$out"
	nothing_left "$1" k.tar.xz
}

# answers NAME ARCHIVE FILE: returns ours, and refuses Linux's, as without markers
# nothing says where an archive begins and ends.
answers() {
	if [ "$2" = "$linux" ]; then
		refuses "$none" "$1" "$3"
	else
		returns "$@"
	fi
}

# fails NAME ERE COMMAND...: and leaves nothing
fails() {
	fresh_out
	run_mustfail -s 1 -e "$2" -o "$out" "$1" "${@:3}"
	nothing_left "$1"
}

# refuses ERE NAME FILE: where there is no output yet, and where there is one
refuses() {
	fails "$2" "$1" extract "$3" "$out"
	echo 'an older archive' >"$out"
	run_mustfail -s 1 -e "$1" -o "$out" "$2, over an archive" extract "$3" "$out"
	nothing_left "$2, over an archive" k.tar.xz
}

# refuses_silently ERE NAME FILE: likewise, and on standard output
refuses_silently() {
	refuses "$@"
	run_mustfail -s 1 -e "$1" "$2, to standard output" extract "$3"
	is "$(wc -c <"$tap_tmp/.out")" 0 "$2, to standard output: nothing is written"
}
none='holds no archive of headers'
damaged='truncated or damaged'
several='more than one archive'

junk 21194 >"$tap_tmp/setup"
junk 50000 2 >"$tap_tmp/decompressor"
tree_split "$tap_tmp/tree"
generate_afresh "$tap_tmp/tree/src" "$tap_tmp/tree/obj" "$ours"
tar -xJf "$ours" -C "$tap_tmp/headers" ./include ./arch
linux_archive "$tap_tmp/headers" >"$linux"
put "$tap_tmp/stubs/asm/page.h" '#define PAGE_SIZE 4096'
put "$tap_tmp/stubs/linux/linkage.h" \
	'#define SYM_L_GLOBAL .globl' \
	'#define SYM_DATA_START(name) .globl name; name:' \
	'#define SYM_DATA_END_LABEL(name, linkage, label) linkage label; label:'
other_object "$tap_tmp/other.o"
for whose in ours linux; do
	"${whose}_object" "${!whose}" "$tap_tmp/data.o"
	ld -z noexecstack -r -o "$tap_tmp/$whose.ko" "$tap_tmp"/{other,data}.o
	ld -z noexecstack -e init_module -o "$tap_tmp/$whose.vmlinux" \
		"$tap_tmp"/{other,data}.o
done
