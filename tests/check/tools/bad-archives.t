#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Archives that kheaders has to refuse, each by its own reason: nothing of them is
# unpacked, and nothing outside of the directory is touched.

set -euo pipefail
# shellcheck source=tests/check/tools/tools.sh
. "$(dirname "$0")/tools.sh"

make_tar=$(dirname "$(realpath "$0")")/make_tar
build_tools
archive=$tap_tmp/bad.tar.xz
good='name=./include/linux/kconfig.h,text=x'
cd "$tap_tmp"

# bad ERE NAME: what is in $archive is refused by all that look at all of it
bad() {
	refuses "$1" "$2: extract" "$kheaders" extract -o "$archive" -C "$work/x"
	refuses "$1" "$2: check" "$kheaders" check -o "$archive"
	refuses "$1" "$2: list" sh -c "'$kheaders' list '$archive' >/dev/null"
}

# bad_tar ERE NAME FIELDS...: a good member, and what is wrong
bad_tar() {
	"$make_tar" "$good" "${@:3}" | xz >"$archive"
	bad "$1" "$2"
}

"$make_tar" "$good" name=include/a.h,text=a name=scripts/x.sh,mode=755,text=x \
	name=include,type=5,mode=755 | xz >"$archive"
ok 'what is not bad is taken' "$kheaders" extract -o "$archive" -C "$tap_tmp/good"
is "$(cd good && find . -type f -printf '%m %P\n' | sort | xargs)" \
	'644 include/a.h 644 include/linux/kconfig.h 755 scripts/x.sh' 'as it is'

# Names
bad_tar 'not allowed' 'absolute' name=/etc/kheaders,text=x
bad_tar 'not allowed' 'absolute, at second sight' name=.//etc/kheaders,text=x
bad_tar 'not allowed' 'up' name=../kheaders,text=x
bad_tar 'not allowed' 'up, in the middle' name=include/../../kheaders,text=x
bad_tar 'not allowed' 'up, at the end' name=include/..,text=x
bad_tar 'not allowed' 'a dot in the middle' name=include/./a.h,text=x
bad_tar 'not allowed' 'a double slash' name=include//a.h,text=x
bad_tar 'not allowed' 'a newline' 'name=include/a\nb.h,text=x'
bad_tar 'not allowed' 'an escape' $'name=include/a\ec.h,text=x'
bad_tar 'bad.tar.xz: has .* twice' 'a name twice' name=include/a.h,text=x \
	name=./include/a.h,text=y
bad_tar 'more than 32 directories' 'too deep' \
	"name=$(printf 'd/%.0s' {1..33})a.h,text=x"

# Types
bad_tar 'leads out of the archive' 'a link to elsewhere' \
	name=include/l.h,type=2,link=/etc/passwd
bad_tar 'leads out of the archive' 'a link upwards' \
	name=include/l.h,type=2,link=../../x
bad_tar 'leads out of the archive' 'a link upwards at its end' \
	name=include/l.h,type=2,link=linux/../../../x
bad_tar 'not a regular file' 'a hard link' name=include/l.h,type=1,link=include/linux/kconfig.h
bad_tar 'not a regular file' 'a hard link with contents' \
	name=include/l.h,type=1,link=include/linux/kconfig.h,text=x
bad_tar 'not a regular file' 'a device' name=include/null,type=3
bad_tar 'not a regular file' 'a fifo' name=include/fifo,type=6
bad_tar 'special permissions' 'setuid' name=include/a.h,mode=4755,text=x
bad_tar 'special permissions' 'setgid' name=include/a.h,mode=2755,text=x
bad_tar 'special permissions' 'sticky' name=include/a.h,mode=1755,text=x
"$make_tar" name=./.kheaders/manifest,text=release=x "$good" \
	name=include/l.h,type=2,link=linux/kconfig.h | xz >"$archive"
bad 'not a regular file' 'a link, in spite of a manifest'

# Links that only unpacking finds wrong
for link in include/gone.h include/l.h include; do
	"$make_tar" "$good" "name=include/l.h,type=2,link=${link#include/}" | xz >"$archive"
	refuses 'link to (nothing|a directory)|leads out' "a link to $link" \
		"$kheaders" extract -o "$archive" -C "$work/x"
done
"$make_tar" "$good" name=include,text=x | xz >"$archive"
refuses 'include' 'a file that is a directory already' \
	"$kheaders" extract -o "$archive" -C "$work/x"

# The tar archive
bad_tar 'tar archive is truncated|not an intact tar' 'larger than all' name=a.h,size=99999
bad_tar 'not an intact tar' 'a wrong checksum' name=a.h,sum=1
for end in 0 512; do
	"$make_tar" --end "$end" "$good" | xz >"$archive"
	bad 'truncated' "$end bytes at the end"
done
{ "$make_tar" "$good"; echo more; } | xz >"$archive"
bad 'something follows' 'more after the end'
{ "$make_tar" "$good"; "$make_tar" name=b.h,text=x; } | xz >"$archive"
bad 'something follows' 'another archive after the end'

# The manifest
"$make_tar" name=./.kheaders/manifest,text=nonsense "$good" | xz >"$archive"
refuses 'damaged manifest' 'a manifest without keys' "$kheaders" info "$archive"
"$make_tar" name=./.kheaders/manifest,text=digest=sha256:00 "$good" | xz >"$archive"
refuses 'not those of its manifest' 'another digest' "$kheaders" check -o "$archive"
{ echo 'release=x'; head -c 70000 /dev/zero | tr '\0' '#'; } >long
"$make_tar" "name=./.kheaders/manifest,text=$(cat long)" "$good" | xz >"$archive"
refuses 'too large a manifest' 'a manifest without end' "$kheaders" info "$archive"

# The xz file
make_good() {
	{ "$make_tar" --end 0 "$good" | xz; "$make_tar" name=b.h,text=x | xz; } >"$archive"
}
make_good
ok 'two streams are one archive' "$kheaders" check -o "$archive"
size=$(stat -c %s "$archive")
for at in 1 7 13 30 "$((size / 2))" "$((size - 30))" "$((size - 10))" "$((size - 1))"; do
	make_good
	byte=$(tail -c "+$((at + 1))" "$archive" | head -c 1 | od -An -tu1)
	printf '%b' "\\x$(printf %x $((byte ^ 64)))" |
		dd of="$archive" bs=1 seek="$at" conv=notrunc status=none
	bad 'damaged|unknown way|has none in it|more than' "byte $at changed"
done
for length in 5 12 40 "$((size - 12))" "$((size - 4))" "$((size - 1))"; do
	make_good
	truncate -s "$length" "$archive"
	bad 'damaged|has none in it' "cut to $length bytes"
done
make_good
echo garbage >>"$archive"
bad 'damaged' 'garbage at the end'
: >"$archive"
bad 'is empty' 'empty'
xz </dev/null >"$archive"
bad 'has nothing in it|truncated' 'nothing compressed'
"$make_tar" "$good" | gzip >"$archive"
bad 'has none in it' 'gzip'
"$make_tar" "$good" | xz --lzma2=preset=0,dict=128MiB >"$archive"
bad 'takes more than 67108864 bytes' 'memory without end'
head -c 100M /dev/zero | xz -0 >zeros
{ "$make_tar" --end 0 "$good" | xz; for _ in {1..11}; do cat zeros; done; } >"$archive"
bad 'unpacks to more than 1073741824 bytes' 'data without end'

done_testing
