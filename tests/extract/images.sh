# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Small images of kernels and modules, made with the real tools, and what the
# tests do with them.

images_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/generator/tree.sh
. "$images_dir/../generator/tree.sh"

top=$(cd "$images_dir/../.." && pwd)
extract=${EXTRACT_IKHEADERS:-$top/scripts/kheaders/extract-ikheaders}
if [ ! -x "$extract" ]; then
	diag "$extract is missing"
	exit 1
fi
mkdir "$tap_tmp/tmp" "$tap_tmp/stubs" "$tap_tmp/stubs/linux" "$tap_tmp/stubs/asm"
out=$tap_tmp/out/k.tar.xz

# Two archives of the same headers: ours, of several streams, and one as Linux
# makes it.
make_archives() {
	tree_split "$tap_tmp/tree"
	ours=$tap_tmp/ours.tar.xz
	generate_afresh "$tap_tmp/tree/src" "$tap_tmp/tree/obj" "$ours"
	mkdir "$tap_tmp/headers"
	tar -xJf "$ours" -C "$tap_tmp/headers" ./include ./arch
	linux=$tap_tmp/linux.tar.xz
	linux_archive "$tap_tmp/headers" >"$linux"
}

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
	put "$tap_tmp/stubs/asm/page.h" '#define PAGE_SIZE 4096'
	put "$tap_tmp/stubs/linux/linkage.h" \
		'#define SYM_L_GLOBAL .globl' \
		'#define SYM_DATA_START(name) .globl name; name:' \
		'#define SYM_DATA_END_LABEL(name, linkage, label) linkage label; label:'
	gcc -c -I "$tap_tmp/stubs" -DKHEADERS_ARCHIVE="\"$1\"" -o "$2" \
		"$top/kernel/kheaders/kheaders_data.S"
}

# linux_object ARCHIVE OUT: as Linux's kheaders.c has it, at an odd address
linux_object() {
	put "$tap_tmp/linux.S" '.section .rodata, "a"' '.byte 1' \
		'.global kernel_headers_data' 'kernel_headers_data:' \
		".incbin \"$1\"" \
		'.global kernel_headers_data_end' 'kernel_headers_data_end:'
	gcc -c -o "$2" "$tap_tmp/linux.S"
}

# Code and data that go with it, among them the marker's letters.
other_object() {
	put "$tap_tmp/other.c" 'int init_module(void) { return 1; }' \
		'const char filler[5000] = { 1 };' \
		'const char marker_start[8] = "IKHD_ST";' \
		'const char marker_end[8] = "IKHD_ED";' \
		"const char xz_header[] = { '\\xfd', '7', 'z', 'X', 'Z', '\\0' };" \
		"const char xz_footer[] = { 'Y', 'Z' };"
	gcc -O2 -c -o "$1" "$tap_tmp/other.c"
}

# image ours|linux ARCHIVE NAME: makes NAME.ko and NAME.vmlinux of it
image() {
	"$1_object" "$2" "$tap_tmp/data.o"
	other_object "$tap_tmp/other.o"
	ld -z noexecstack -r -o "$3.ko" "$tap_tmp/other.o" "$tap_tmp/data.o"
	ld -z noexecstack -e init_module -o "$3.vmlinux" "$tap_tmp/other.o" "$tap_tmp/data.o"
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

le32() {
	printf "\\x$(printf %02x $(($1 & 255)))\\x$(printf %02x $(($1 >> 8 & 255)))"
	printf "\\x$(printf %02x $(($1 >> 16 & 255)))\\x$(printf %02x $(($1 >> 24)))"
}

# bz_image KIND VMLINUX: the payload between setup and decompressor, followed by
# its size when unpacked
bz_image() {
	printf 'MZ'
	junk 21194
	pack "$1" "$2"
	le32 "$(stat -c %s "$2")"
	junk 50000 2
}

# zboot KIND IMAGE: an EFI application of arm64 and others
zboot() {
	pack "$1" "$2" >"$tap_tmp/payload"
	printf 'MZ\0\0zimg'
	le32 4096
	le32 "$(stat -c %s "$tap_tmp/payload")"
	printf '\0\0\0\0\0\0\0\0%-32s' "$1" | tr ' ' '\0'
	junk 4040
	cat "$tap_tmp/payload"
	junk 3000 2
}

# Temporary files go where it shows if they stay.
extract() {
	TMPDIR="$tap_tmp/tmp" "$extract" "$@"
}

fresh_out() {
	rm -rf "$tap_tmp/out"
	mkdir "$tap_tmp/out"
}

nothing_left() {
	is "$(ls -A "$tap_tmp/tmp")" "" "$1: no temporary file is left"
	is "$(ls -A "$tap_tmp/out")" "$2" "$1: nothing else lies beside the output"
}

# gives NAME ARCHIVE FILE: the file gives this archive
gives() {
	fresh_out
	ok "$1" extract "$3" "$out"
	is "$(cat "$tap_tmp/.ok")" "" "$1: nothing to say"
	ok "$1: the very archive" cmp "$2" "$out"
	nothing_left "$1" k.tar.xz
}

# refuses ERE NAME FILE: where there is no output yet, and where there is one
refuses() {
	fresh_out
	run_mustfail -s 1 -e "$1" -o "$out" "$2" extract "$3" "$out"
	nothing_left "$2" ""
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
