#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where there is no archive, or more than one, or not all of it: one clear line,
# exit status 1 (2 for usage), and no output is made or changed.

set -euo pipefail
# shellcheck source=tests/extract/images.sh
. "$(dirname "$0")/images.sh"

make_archives
image ours "$ours" "$tap_tmp/ours"
image linux "$linux" "$tap_tmp/linux"
ko=$tap_tmp/ours.ko
case=$tap_tmp/case

# offset FILE PATTERN: where it begins
offset() {
	LC_ALL=C grep -aboP "$2" "$1" | awk -F : 'NR == 1 { print $1 }'
}
size_of() {
	stat -c %s "$1"
}

# flip FILE OFFSET: a copy with one byte changed
flip() {
	cp "$1" "$case"
	printf '\x55' | dd of="$case" bs=1 seek="$2" conv=notrunc status=none
	! cmp -s "$1" "$case" ||
		printf '\xaa' | dd of="$case" bs=1 seek="$2" conv=notrunc status=none
}

gives "all is well without these mistakes" "$ours" "$ko"

# Usage.
usage() {
	fresh_out
	run_mustfail -s 2 -e '--help' -o "$out" "usage: $1" extract "${@:2}"
}
usage "nothing"
usage "an empty output" "$ko" ''
usage "a word too many" "$ko" "$out" word
run_mustfail -s 2 "usage: to a terminal" script -qec "'$extract' '$ko'" /dev/null </dev/null
like "$(cat "$tap_tmp/.out")" 'not to a terminal' "usage: to a terminal: says so"
is "$(wc -l <"$tap_tmp/.out")" 1 "usage: to a terminal: nothing else is written"

# Files.
refuses_silently 'no such file' "a missing file" "$tap_tmp/missing"
refuses 'no such file' "an empty name" ''
refuses 'is a folder' "a folder" "$tap_tmp/tree"
: >"$tap_tmp/empty"
refuses 'is empty' "an empty file" "$tap_tmp/empty"
mkfifo "$tap_tmp/pipe"
refuses 'not a regular file' "a pipe" "$tap_tmp/pipe"

# None.
cp "$extract" "$case"
refuses_silently "$none" "this very tool" "$case"
refuses "$none" "a module without" "$tap_tmp/other.o"
printf x >"$case"
refuses "$none" "one byte" "$case"
junk 200000 >"$case"
refuses "$none" "junk" "$case"
printf 'IKHD_ST\0junk YZIKHD_ED\0' >"$case"
refuses "$none" "markers around junk" "$case"
{
	printf 'IKHD_ST'
	cat "$ours"
	printf 'IKHD_ED'
} >"$case"
refuses "$none" "markers without their NUL" "$case"
{
	junk 4000
	cat "$ours"
	printf 'IKHD_ED\0'
} >"$case"
refuses "$none" "an end marker only" "$case"
refuses "$none" "blocks of ours without markers" "$ours"
flip "$ko" $(($(offset "$ko" 'IKHD_ST\x00\xfd') + 8))
refuses "$none" "a start marker without an xz header" "$case"
for kind in "${kinds[@]}"; do
	bz_image "$kind" "$tap_tmp/other.o" >"$case"
	refuses "$none" "a bzImage without, $kind" "$case"
done

# Streams that are something else.
stream() {
	linux_object "$2" "$case"
	refuses "$none" "an xz stream of $1" "$case"
}
xz -c "$tap_tmp/other.o" >"$tap_tmp/stream"
stream "a program" "$tap_tmp/stream"
xz -c "$tap_tmp/empty" >"$tap_tmp/stream"
stream "nothing" "$tap_tmp/stream"
printf 070701 | xz --check=crc32 >"$tap_tmp/stream"
stream "an initramfs" "$tap_tmp/stream"
head -c 10240 /dev/zero | xz >"$tap_tmp/stream"
stream "an empty tar" "$tap_tmp/stream"
mkdir -p "$tap_tmp/etc/etc" "$tap_tmp/usr/usr" "$tap_tmp/lib/include/foo"
echo config >"$tap_tmp/etc/etc/config.h"
linux_archive "$tap_tmp/etc" >"$tap_tmp/stream"
stream "a tar without headers" "$tap_tmp/stream"
cp -r "$tap_tmp/headers/include" "$tap_tmp/usr/usr"
linux_archive "$tap_tmp/usr" >"$tap_tmp/stream"
stream "a tar with headers elsewhere" "$tap_tmp/stream"
echo '#define FOO' >"$tap_tmp/lib/include/foo/foo.h"
linux_archive "$tap_tmp/lib" >"$tap_tmp/stream"
stream "a tar of a library's headers" "$tap_tmp/stream"
tar -C "$tap_tmp/headers" -cf "$tap_tmp/tar" .
head -c 20000 "$tap_tmp/tar" | xz >"$tap_tmp/stream"
stream "a piece of a tar" "$tap_tmp/stream"

# Truncated.
truncated() {
	head -c "$3" "$2" >"$case"
	refuses "$damaged" "$1" "$case"
}
start=$(offset "$ko" 'IKHD_ST\x00\xfd')
end=$(offset "$ko" 'YZIKHD_ED')
next=$(($(offset "$ours" 'YZ\xfd7zXZ') + 2))
truncated "ours, after the xz header" "$ko" $((start + 14))
truncated "ours, in the first stream" "$ko" $((start + 50))
truncated "ours, after the first stream" "$ko" $((start + 8 + next))
truncated "ours, in the middle" "$ko" $(((start + end) / 2))
truncated "ours, before the end" "$ko" $((end + 2 - 100))
truncated "ours, in the footer" "$ko" $((end + 1))
truncated "ours, before the end marker" "$ko" $((end + 2))
truncated "ours, in the end marker" "$ko" $((end + 9))
begin=$(offset "$tap_tmp/linux.ko" '\xfd7zXZ\x00')
length=$(size_of "$linux")
truncated "Linux's, in the middle" "$tap_tmp/linux.ko" $((begin + length / 2))
truncated "Linux's, in the index" "$tap_tmp/linux.ko" $((begin + length - 16))
truncated "Linux's, in the footer" "$tap_tmp/linux.ko" $((begin + length - 1))
for kind in gzip xz lzma zstd lz4; do
	pack "$kind" "$ko" >"$tap_tmp/packed"
	truncated "ours, $kind" "$tap_tmp/packed" $(($(size_of "$tap_tmp/packed") * 9 / 10))
done

# Damaged.
for at in 9 15 40 "$next" $((next + 20)) $(((end - start) / 2)) $((end - start - 10)) \
	$((end - start - 1)) $((end - start)) $((end - start + 1)); do
	flip "$ko" $((start + 8 + at - 8))
	if [ "$at" -ge 14 ]; then
		refuses "$damaged" "ours, changed at byte $at" "$case"
	else
		refuses "$none" "ours, changed at byte $at" "$case"
	fi
done
for at in $((length / 2)) $((length - 30)) $((length - 12)) $((length - 8)) $((length - 4)) \
	$((length - 1)); do
	flip "$tap_tmp/linux.ko" $((begin + at))
	refuses "$damaged" "Linux's, changed at byte $at" "$case"
done
{
	head -c $((end + 2)) "$ko"
	printf x
	tail -c +$((end + 3)) "$ko"
} >"$case"
refuses "$damaged" "an end marker that is not right behind" "$case"
{
	head -c $((start + 8 + next)) "$ko"
	tail -c +$((start + 8 + next + 1001)) "$ko"
} >"$case"
refuses "$damaged" "ours, with a hole" "$case"
xz -c "$tap_tmp/other.o" >"$tap_tmp/stream"
ours_object "$tap_tmp/stream" "$case"
refuses_silently "$damaged" "markers around a stream of something else" "$case"

# Several.
cat "$ko" "$ko" >"$case"
refuses_silently "$several" "ours twice" "$case"
cat "$tap_tmp/linux.ko" "$tap_tmp/linux.ko" >"$case"
refuses "$several" "Linux's twice" "$case"
cat "$ko" "$tap_tmp/linux.ko" >"$case"
refuses "$several" "ours and Linux's" "$case"
cp "$case" "$tap_tmp/both"
bz_image gzip "$tap_tmp/both" >"$case"
refuses_silently "$several" "ours and Linux's, in a bzImage" "$case"
{
	bz_image zstd "$tap_tmp/ours.vmlinux"
	bz_image xz "$tap_tmp/linux.vmlinux"
} >"$case"
refuses "$several" "two bzImages" "$case"

# Too deep.
pack gzip "$ko" >"$case"
for kind in bzip2 gzip; do
	pack "$kind" "$case" >"$tap_tmp/packed"
	mv "$tap_tmp/packed" "$case"
done
refuses "$none" "three levels" "$case"

# Tools. PATH with everything that the machine has but one.
without() {
	if [ ! -d "$tap_tmp/no-$1" ]; then
		mkdir "$tap_tmp/no-$1"
		find /bin/ /usr/bin/ /usr/local/bin/ -maxdepth 1 ! -name "$1" \
			! -type d -exec ln -sf -t "$tap_tmp/no-$1" {} +
	fi
	TMPDIR="$tap_tmp/tmp" PATH="$tap_tmp/no-$1" "$extract" "${@:2}"
}
for tool in gzip zstd bzip2 lz4 lzop; do
	bz_image "$tool" "$tap_tmp/ours.vmlinux" >"$case"
	fresh_out
	run_mustfail -s 1 -e "install $tool " -o "$out" "$tool is needed but missing" \
		without "$tool" "$case" "$out"
	nothing_left "$tool is needed but missing" ""
	ok "$tool is missing but not needed" without "$tool" "$ko" "$out"
done
for tool in xz tar; do
	fresh_out
	run_mustfail -s 1 -e "$tool: .*install" -o "$out" "$tool is missing" \
		without "$tool" "$ko" "$out"
	nothing_left "$tool is missing" ""
done
mkdir "$tap_tmp/poor"
put "$tap_tmp/poor/grep" '#!/bin/sh' \
	'case $* in *P*) echo "grep: no -P" >&2; exit 2;; esac' 'exec /bin/grep "$@"'
chmod 755 "$tap_tmp/poor/grep"
run_mustfail -s 1 -e 'grep: .*GNU' -o "$out" "a grep without -P" \
	env PATH="$tap_tmp/poor:$PATH" "$extract" "$ko" "$out"

# Outputs.
output() {
	run_mustfail -s 1 -e "$1" -o "$3" "$2" extract "$ko" "$3"
	is "$(ls -A "$tap_tmp/tmp")" "" "$2: no temporary file is left"
}
fresh_out
output 'no such folder' "an output's folder is missing" "$tap_tmp/none/o"
output 'no such folder' "an output ends in a slash" "$tap_tmp/none/"
output 'is a folder' "an output is a folder" "$tap_tmp/out"
output 'not a regular file' "an output is a pipe" "$tap_tmp/pipe"
ln -s target "$tap_tmp/out/link"
output 'not a regular file' "an output is a dangling link" "$tap_tmp/out/link"
echo target >"$tap_tmp/out/target"
output 'not a regular file' "an output is a link" "$tap_tmp/out/link"
is "$(cat "$tap_tmp/out/target")" target "an output is a link: its target is left alone"
output 'FILE itself' "an output is the input" "$ko"
ln "$ko" "$tap_tmp/out/hard"
output 'FILE itself' "an output is the input, by another name" "$tap_tmp/out/hard"
ok "the input is as it was" cmp "$ko" "$tap_tmp/out/hard"
full() {
	extract "$ko" >/dev/full
}
run_mustfail -s 1 -e 'standard output' "standard output is full" full
closed() {
	extract "$ko" >&-
}
run_mustfail -s 1 -e 'standard output' "standard output is closed" closed
run_mustfail -s 1 -e "$tap_tmp/none.*TMPDIR" -o "$out" "TMPDIR is missing" \
	env TMPDIR="$tap_tmp/none" "$extract" "$ko" "$out"

# Permissions.
open_folder "$tap_tmp/open" "$tap_tmp/tree"
mkdir "$tap_tmp/open/shut"
cp "$ko" "$tap_tmp/open/k.ko"
cp "$extract" "$tap_tmp/open/extract"
chmod 555 "$tap_tmp/open/shut"
chmod 644 "$tap_tmp/open/k.ko"
ok "as another user" as_nobody "$tap_tmp/open/extract" "$tap_tmp/open/k.ko" \
	"$tap_tmp/open/out/o"
run_mustfail -s 1 -e 'shut.*cannot write' -o "$tap_tmp/open/shut/o" \
	"a folder without write permission" \
	as_nobody "$tap_tmp/open/extract" "$tap_tmp/open/k.ko" "$tap_tmp/open/shut/o"
chmod 0 "$tap_tmp/open/k.ko"
run_mustfail -s 1 -e 'no permission' -o "$tap_tmp/open/out/p" "a file without read permission" \
	as_nobody "$tap_tmp/open/extract" "$tap_tmp/open/k.ko" "$tap_tmp/open/out/p"

# No room: files may grow to so many KiB and no more.
limited() {
	(ulimit -f "$1" && TMPDIR="$tap_tmp/tmp" exec env --ignore-signal=XFSZ "$extract" "$2" "$out")
}
bz_image gzip "$tap_tmp/ours.vmlinux" >"$case"
for limit in 1 20 60; do
	fresh_out
	run_mustfail -s 1 -e 'cannot write' -o "$out" "no file over $limit KiB" \
		limited "$limit" "$ko"
	run_mustfail -s 1 -e 'cannot write' -o "$out" "no file over $limit KiB, compressed" \
		limited "$limit" "$case"
	nothing_left "no file over $limit KiB" ""
done
gives "room again" "$ours" "$ko"

done_testing
