#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Where there is no archive, or more than one, or not all of it: one clear line,
# exit status 1 (2 for usage), and no output is made or changed.

set -euo pipefail
# shellcheck source=tests/check/extract/images.sh
. "$(dirname "$0")/images.sh"

ko=$tap_tmp/ours.ko linux_ko=$tap_tmp/linux.ko other=$tap_tmp/other.o case=$tap_tmp/case

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

# made ERE NAME COMMAND...: what the command prints is refused.
made() {
	"${@:3}" >"$case"
	refuses "$1" "$2" "$case"
}

returns "all is well without these mistakes" "$ours" "$ko"

# Usage.
usage() {
	fresh_out
	run_mustfail -s 2 -e 'usage: extract-ikheaders FILE' -o "$out" "usage: $1" extract "${@:2}"
}
usage "nothing"
usage "an empty output" "$ko" ''
usage "a word too many" "$ko" "$out" word
run_mustfail -s 2 "usage: to a terminal" \
	script -qec "'$extract' '$ko'" /dev/null </dev/null
like "$(cat "$tap_tmp/.out")" 'not to a terminal' "usage: to a terminal: says so"
is "$(wc -l <"$tap_tmp/.out")" 1 "usage: to a terminal: nothing else is written"

# Files.
: >"$tap_tmp/empty"
mkfifo "$tap_tmp/pipe"
refuses_silently 'no such file' "a missing file" "$tap_tmp/missing"
refuses 'no such file' "an empty name" ''
refuses 'not a regular' "a directory" "$tap_tmp/tree"
refuses "$none" "an empty file" "$tap_tmp/empty"
refuses 'not a regular' "a pipe" "$tap_tmp/pipe"

# None.
refuses_silently "$none" "this very tool" "$extract"
refuses "$none" "a module without" "$other"
made "$none" "one byte" printf x
made "$none" "junk" cat "$tap_tmp"/{setup,decompressor}
made "$none" "markers around junk" printf 'IKHD_ST\0junk YZIKHD_ED\0'
made "$none" "markers without their NUL" \
	cat <(printf 'IKHD_ST') "$ours" <(printf 'IKHD_ED')
made "$none" "an end marker only" cat "$tap_tmp/setup" "$ours" <(printf 'IKHD_ED\0')
refuses "$none" "blocks of ours without markers" "$ours"
start=$(offset "$ko" 'IKHD_ST\x00\xfd')
flip "$ko" $((start + 8))
refuses "$none" "a start marker without an xz header" "$case"
for kind in "${kinds[@]}"; do
	made "$none" "a bzImage without, $kind" bz_image "$kind" "$other"
done

# Streams that are something else: standard input.
stream() {
	cat >"$tap_tmp/stream"
	linux_object "$tap_tmp/stream" "$case"
	refuses "$none" "an xz stream of $1" "$case"
	ours_object "$tap_tmp/stream" "$case"
	refuses "$damaged" "markers around a stream of $1" "$case"
}
dir=$tap_tmp/elsewhere
mkdir -p "$dir"/{etc/etc,usr/usr,lib/include/foo}
echo config >"$dir/etc/etc/config.h"
cp -r "$tap_tmp/headers/include" "$dir/usr/usr"
echo '#define FOO' >"$dir/lib/include/foo/foo.h"
stream "a program" < <(xz -c "$other")
stream "nothing" < <(xz -c "$tap_tmp/empty")
stream "an initramfs" < <(printf 070701 | xz --check=crc32)
stream "an empty tar" < <(head -c 10240 /dev/zero | xz)
stream "a tar without headers" < <(linux_archive "$dir/etc")
stream "a tar with headers elsewhere" < <(linux_archive "$dir/usr")
stream "a tar of a library's headers" < <(linux_archive "$dir/lib")
stream "a piece of a tar" < <(tar -C "$tap_tmp/headers" -c . | head -c 20000 | xz)

# Truncated.
truncated() {
	made "$damaged" "$1" head -c "$3" "$2"
}
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
begin=$(offset "$linux_ko" '\xfd7zXZ\x00')
length=$(size_of "$linux")
made "$none" "Linux's, truncated in the middle" head -c $((begin + length / 2)) "$linux_ko"
made "$none" "Linux's, truncated in the index" head -c $((begin + length - 16)) "$linux_ko"
made "$none" "Linux's, truncated in the footer" head -c $((begin + length - 1)) "$linux_ko"
# Of a small image zstd and lz4 write nothing before they see the end.
for kind in gzip xz lzma zstd lz4; do
	pack "$kind" "$ko" >"$tap_tmp/packed"
	due=$damaged
	[[ $kind != zstd && $kind != lz4 ]] || due=$none
	made "$due" "ours, $kind, truncated" \
		head -c $(($(size_of "$tap_tmp/packed") * 9 / 10)) "$tap_tmp/packed"
done

# Damaged. Without its magic a stream is none.
for at in 9 15 40 "$next" $((next + 20)) $(((end - start) / 2)) $((end - start - 10)) \
	$((end - start - 1)) $((end - start)) $((end - start + 1)); do
	flip "$ko" $((start + at))
	due=$damaged
	[ "$at" -ge 14 ] || due=$none
	refuses "$due" "ours, changed at byte $at" "$case"
done
for at in $((length / 2)) $((length - 30)) $((length - 12)) $((length - 8)) \
	$((length - 4)) $((length - 1)); do
	flip "$linux_ko" $((begin + at))
	refuses "$none" "Linux's, changed at byte $at" "$case"
done
made "$damaged" "an end marker that is not right after" \
	cat <(head -c $((end + 2)) "$ko") <(printf x) <(tail -c +$((end + 3)) "$ko")
made "$damaged" "ours, with a hole" cat <(head -c $((start + 8 + next)) "$ko") \
	<(tail -c +$((start + 8 + next + 1001)) "$ko")

# Several.
cat "$ko" "$ko" >"$case"
refuses_silently "$several" "ours twice" "$case"
made "$none" "Linux's twice" cat "$linux_ko" "$linux_ko"
cat "$ko" "$linux_ko" >"$tap_tmp/both"
returns "ours and Linux's" "$ours" "$tap_tmp/both"
bz_image gzip "$tap_tmp/both" >"$case"
returns "ours and Linux's, in a bzImage" "$ours" "$case"
cat <(bz_image zstd "$tap_tmp/ours.vmlinux") \
	<(bz_image xz "$tap_tmp/ours.vmlinux") >"$case"
refuses_silently "$several" "two bzImages" "$case"

# Too deep. Without the zeros gzip would leave what bzip2 made as it is.
pack gzip "$ko" >"$tap_tmp/once"
pack bzip2 "$tap_tmp/once" >"$tap_tmp/twice"
truncate -s 100K "$tap_tmp/thrice"
cat "$tap_tmp/twice" >>"$tap_tmp/thrice"
made "$none" "three levels" pack gzip "$tap_tmp/thrice"

# Tools. PATH with everything that the machine has but one.
mkdir "$tap_tmp/bin"
find /bin/ /usr/bin/ /usr/local/bin/ -maxdepth 1 ! -type d \
	-exec ln -sf -t "$tap_tmp/bin" {} +
without() {
	local status=0
	mv "$tap_tmp/bin/$1" "$tap_tmp/away"
	PATH=$tap_tmp/bin extract "${@:2}" || status=$?
	mv "$tap_tmp/away" "$tap_tmp/bin/$1"
	return "$status"
}
for tool in gzip zstd bzip2 lz4 lzop; do
	bz_image "$tool" "$tap_tmp/ours.vmlinux" >"$case"
	fails "$tool is needed but missing" "$tool: .*install" \
		without "$tool" "$case" "$out"
	ok "$tool is missing but not needed" without "$tool" "$ko" "$out"
done
for tool in xz tar; do
	fails "$tool is missing" "$tool: .*install" without "$tool" "$ko" "$out"
done
put "$tap_tmp/poor/grep" '#!/bin/sh' \
	'case $* in -*b*) echo "grep: no -b" >&2; exit 2;; esac' 'exec /bin/grep "$@"'
chmod 755 "$tap_tmp/poor/grep"
PATH=$tap_tmp/poor:$PATH fails "a grep without -b" 'grep: .*GNU' extract "$ko" "$out"

# Outputs.
output() {
	run_mustfail -s 1 -e "$1" -o "$3" "$2" extract "$ko" "$3"
	is "$(ls -A "$tap_tmp/tmp")" "" "$2: no temporary file is left"
}
fresh_out
output 'cannot write there' "an output's directory is missing" "$tap_tmp/none/o"
output 'cannot write there' "an output ends in a slash" "$tap_tmp/none/"
output 'not a regular file' "an output is a directory" "$tap_tmp/out"
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
open=$tap_tmp/open
open_directory "$open" "$tap_tmp/tree"
mkdir -m 555 "$open/shut"
cp "$ko" "$open/k.ko"
cp "$extract" "$open/extract"
chmod 644 "$open/k.ko"
ok "as another user" as_nobody "$open/extract" "$open/k.ko" "$open/out/o"
run_mustfail -s 1 -e 'shut.*cannot write' -o "$open/shut/o" \
	"a directory without write permission" \
	as_nobody "$open/extract" "$open/k.ko" "$open/shut/o"
chmod 0 "$open/k.ko"
run_mustfail -s 1 -e 'no permission' -o "$open/out/p" "a file without read permission" \
	as_nobody "$open/extract" "$open/k.ko" "$open/out/p"

# No room: files may grow to so many KiB and no more.
limited() {
	(ulimit -f "$1" && exec env --ignore-signal=XFSZ TMPDIR="$tap_tmp/tmp" \
		"$extract" "$2" "$out")
}
bz_image gzip "$tap_tmp/ours.vmlinux" >"$case"
kib=$(($(size_of "$ours") / 1024))
for limit in 1 $((kib / 3)) "$kib"; do
	fails "no file over $limit KiB" 'cannot write' limited "$limit" "$ko"
	fails "no file over $limit KiB, compressed" 'cannot write' \
		limited "$limit" "$case"
done
returns "room again" "$ours" "$ko"

done_testing
