#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The tar stream that pack_block writes is GNU tar's, byte for byte, and its sums are
# sha256sum's, whatever files are called and however long they are.

set -euo pipefail
# shellcheck source=tests/check/generator/tree.sh
. "$(dirname "$0")/tree.sh"

ok 'builds' gcc -O2 -Wall -Wextra -Wshadow -Wformat=2 -Werror -g \
	-fsanitize=address,undefined -fno-sanitize-recover=all -o "$tap_tmp/pack_block" \
	"${gen%/*}"/{pack_block,strip_comments,ustar,sha256}.c
export ASAN_OPTIONS=detect_leaks=0

# pack MEMBER...: files below $tap_tmp/files, as they are: none is called a header
pack() {
	local member
	for member; do
		printf '%s\0%s\0' "$tap_tmp/files/$member" "$member"
	done >"$tap_tmp/list"
	"$tap_tmp/pack_block" "$tap_tmp/list" "$tap_tmp/sums" >"$tap_tmp/tar"
}

# Members come without what ends an archive.
gnu_tar() {
	(cd "$tap_tmp/files" && printf './%s\0' "$@" | tar --create --format=ustar \
		--blocking-factor=1 --no-recursion --owner=0 --group=0 --numeric-owner \
		--mode=u=rwX,go=rX --mtime=@1 --null --files-from=- | head -c -1024)
}

same() {
	local name=$1 member
	shift
	ok "$name: packs" pack "$@"
	ok "$name: as GNU tar does" cmp "$tap_tmp/tar" <(gnu_tar "$@")
	ok "$name: with the sums of sha256sum" cmp "$tap_tmp/sums" \
		<(cd "$tap_tmp/files" && printf './%s\0' "$@" | xargs -0 sha256sum)
}

# One byte less and more than what fills a record of tar, or a block of the digest.
sizes=(0 1 55 56 57 63 64 65 119 120 511 512 513 1024 100000)
for size in "${sizes[@]}"; do
	mkdir -p "$tap_tmp/files/sizes"
	head -c "$size" /dev/urandom >"$tap_tmp/files/sizes/$size"
done
same 'sizes' "${sizes[@]/#/sizes/}"

# Together with "./" a name has to fit 100 characters, or 155 and 100 with a slash
# between them.
long=()
for length in 90 97 98 99 100 120 153 154 155 156 200 240 252 253 254; do
	first=$((length > 98 ? length - 60 : 10))
	member=$(printf '%0*d' "$((first > 153 ? 153 : first))" 0)
	member+=/$(printf '%0*d' "$((length - ${#member} - 1))" 1)
	put "$tap_tmp/files/$member" "$length"
	long+=("$member")
done
member=$(printf '%050d/%050d/%050d/%099d' 1 2 3 4)
put "$tap_tmp/files/$member" deep
same 'long names' "${long[@]}" "$member"

odd=('two words' -leading $'new\nline' 'back\slash' $'car\rriage' "it's" é $'\\\n')
for member in "${odd[@]}"; do
	put "$tap_tmp/files/$member" "$member"
done
same 'odd names' "${odd[@]}"

mkdir "$tap_tmp/files/modes"
modes=(400 600 644 666 700 755 777 500 654)
for mode in "${modes[@]}"; do
	put "$tap_tmp/files/modes/$mode" "$mode"
	chmod "$mode" "$tap_tmp/files/modes/$mode"
done
same 'modes' "${modes[@]/#/modes/}"

# refuses ERE NAME: what is in the list cannot be packed; sums would say that it was
refuses() {
	run_mustfail -s 1 -e "$1" "$2" "$tap_tmp/pack_block" "$tap_tmp/list" "$tap_tmp/sums"
	ok "$2: no sums" test ! -e "$tap_tmp/sums"
}
rm "$tap_tmp/sums"
member=$(printf '%0101d' 1)
put "$tap_tmp/files/$member" long
printf '%s\0%s\0' "$tap_tmp/files/$member" "$member" >"$tap_tmp/list"
refuses "$member: path too long for a tar archive" 'a name that tar cannot hold'
printf '%s\0' "$tap_tmp/files/modes/644" >"$tap_tmp/list"
refuses 'the list does not say what to call it' 'half a pair'
printf '%s\0%s\0' "$tap_tmp/nowhere" nowhere >"$tap_tmp/list"
refuses 'nowhere: No such file' 'a file that went'
printf '%s\0%s\0' "$tap_tmp" here >"$tap_tmp/list"
refuses 'Is a directory' 'a directory'
printf '%s\0%s\0' "$tap_tmp/files/sizes/100000" size >"$tap_tmp/list"
full() {
	"$tap_tmp/pack_block" "$tap_tmp/list" "$tap_tmp/sums" >/dev/full
}
run_mustfail -s 1 -e 'standard output: No space' 'a full disk' full
ok 'a full disk: no sums' test ! -e "$tap_tmp/sums"

done_testing
