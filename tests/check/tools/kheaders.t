#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The command kheaders, with our archives and those of Linux's own script.

set -euo pipefail
# shellcheck source=tests/check/tools/tools.sh
. "$(dirname "$0")/tools.sh"

build_tools
make_archives
theirs=$tap_tmp/theirs.tar.xz

# As kernel/gen_kheaders.sh packs: directories, links of the tree, one block, no manifest.
cp -r "$tree/src/include" "$tap_tmp/include"
cp -r "$tree/obj/include/generated" "$tap_tmp/include/"
mkdir -p "$tap_tmp/arch/x86"
cp -r "$tree/src/arch/x86/include" "$tap_tmp/arch/x86/"
echo '#define CONFIG_CC_VERSION_TEXT "gcc (Debian 12.2.0-14) 12.2.0"' \
	>>"$tap_tmp/include/generated/autoconf.h"
ln -s sched.h "$tap_tmp/include/linux/alias.h"
ln -s ../uapi/linux/bpf.h "$tap_tmp/include/linux/over-there.h"
ln -s alias.h "$tap_tmp/include/linux/another.h"
tar -C "$tap_tmp" --owner=0 --group=0 --sort=name -cf - include arch |
	xz >"$theirs"

# info
"$kheaders" info "$headers" >"$tap_tmp/info"
for line in "archive:   $headers" 'kernel:    7.3.4-test, x86 (not the one that runs)' \
	'profile:   headers'; do
	ok "info: $line" grep -qxF "$line" "$tap_tmp/info"
done
is "$("$kheaders" info "$build" | grep '^profile:')" 'profile:   build' 'info: with a kit'
"$kheaders" info "$theirs" >"$tap_tmp/info"
for line in 'kernel:    7.3.4-test, x86 (not the one that runs)' 'blocks:    1' \
	'compiler:  gcc (Debian 12.2.0-14) 12.2.0'; do
	ok "info: without a manifest: $line" grep -qxF "$line" "$tap_tmp/info"
done
"$kheaders" info --json "$headers" >"$tap_tmp/json"
is "$(perl -MJSON::PP -0ne '$j = decode_json($_);
	print join " ", @$j{qw(release arch profile size)}' "$tap_tmp/json")" \
	"7.3.4-test x86 headers $(stat -c %s "$headers")" 'info: JSON'

# check
is "$("$kheaders" check --other-kernel "$headers")" \
	"$headers: intact, headers of 7.3.4-test, profile headers" 'check'
is "$("$kheaders" check -oq "$headers")" '' 'check: quietly'
run_mustfail -s 1 -e 'headers of 7.3.4-test, which is not the kernel that runs' \
	"check: another kernel's" "$kheaders" check "$headers"

# The running kernel's own, so to speak.
own=$tap_tmp/own.tar.xz
sed -i "s/7.3.4-test/$(uname -r)/" "$tree/obj/include/generated/utsrelease.h"
generate "$tree/src" "$tree/obj" "$own" >"$tap_tmp/said"
ok "check: the running kernel's" "$kheaders" check "$own"

# list, cat, extract: what tar makes of it
for archive in "$headers" "$build" "$theirs"; do
	name=${archive##*/} to=$tap_tmp/to by_tar=$tap_tmp/by-tar
	rm -rf "$to" "$by_tar"
	mkdir "$by_tar"
	tar -xJf "$archive" -C "$by_tar"
	ok "$name: check" "$kheaders" check -o "$archive"
	is "$("$kheaders" list "$archive" | LC_ALL=C sort)" \
		"$(cd "$by_tar" && find . ! -type d -printf '%P\n' | LC_ALL=C sort)" \
		"$name: list"
	for member in include/linux/sched.h ./arch/x86/include/asm/io.h; do
		ok "$name: cat $member" cmp "$by_tar/$member" \
			<("$kheaders" cat -f "$archive" "$member")
	done
	ok "$name: cat all" cmp <(cd "$by_tar" && "$kheaders" list "$archive" | xargs cat) \
		<("$kheaders" list "$archive" | xargs "$kheaders" cat -f "$archive")
	ok "$name: extract" "$kheaders" extract -o "$archive" -C "$to"
	ok "$name: the same as tar" diff -r "$by_tar" "$to"
	is "$(find "$to" ! -type d ! -type f)" '' "$name: without links"
	is "$(find "$to" -type d -printf '%m\n' | sort -u)" 755 "$name: directories' modes"
	is "$(find "$to" -type f -printf '%m\n' | sort -u | xargs)" \
		"$(find "$by_tar" -type f -printf '%m\n' | sort -u | xargs)" "$name: files' modes"
done
# Of what is damaged all else can be had: no more is decoded than it takes.
cp "$headers" "$tap_tmp/damaged.tar.xz"
middle=$(xz --robot -lvv "$headers" |
	awk -F '\t' '$1 == "block" && $7 > size { size = $7; middle = $5 + int(size / 2) }
		END { print middle }')
printf 'damage' | dd of="$tap_tmp/damaged.tar.xz" bs=1 seek="$middle" conv=notrunc status=none
refuses 'is damaged' 'cat of a damaged block' \
	"$kheaders" cat -f "$tap_tmp/damaged.tar.xz" include/linux/noise.h
ok 'cat of another block' "$kheaders" cat -f "$tap_tmp/damaged.tar.xz" include/linux/sched.h

mkdir "$tap_tmp/empty"
ok 'extract: to an empty directory' "$kheaders" extract -o "$headers" -C "$tap_tmp/empty/"
ok 'extract: is there' test -f "$tap_tmp/empty/include/linux/sched.h"
cd "$tap_tmp"
ok 'extract: to a name here' "$kheaders" extract -o "$headers" -C here
ok 'extract: is there' test -f here/include/linux/sched.h

# What cannot be done.
refuses 'exists already|is not empty' 'a directory with something in it' \
	"$kheaders" extract -o "$headers" -C "$tap_tmp/empty"
refuses 'exists already' 'a file in the way' "$kheaders" extract -o "$headers" -C "$headers"
ln -s nowhere "$tap_tmp/dangling"
refuses 'exists already' 'a link in the way' \
	"$kheaders" extract -o "$headers" -C "$tap_tmp/dangling"
refuses 'No such file' 'a directory that is not there' \
	"$kheaders" extract -o "$headers" -C "$work/not/there"
refuses "not the kernel that runs" "another kernel's" \
	"$kheaders" extract "$headers" -C "$work/x"
refuses 'has no include/nothing.h' 'no such member' \
	"$kheaders" cat -f "$headers" include/nothing.h
refuses 'cannot write to standard output' 'a full disk for output' \
	sh -c "'$kheaders' list '$headers' >/dev/full"
refuses 'nothing: No such file' 'no such file' "$kheaders" info "$work/nothing"
refuses 'is not a regular file' 'a fifo, which would wait' \
	sh -c "mkfifo '$work/fifo'; '$kheaders' info '$work/fifo'; s=\$?; rm '$work/fifo'
		exit \$s"
open_tools "$tap_tmp/open"
chmod 0 "$tap_tmp/open/headers.tar.xz"
refuses 'headers.tar.xz: Permission denied' 'a file that may not be read' \
	as_nobody "$tap_tmp/open/kheaders" info "$tap_tmp/open/headers.tar.xz"

# Limits
bytes=$(($(xz -dc "$headers" | wc -c) - 1))
for limit in 'members=3:has more than 3 members' "size=$bytes:unpacks to more than $bytes bytes" \
	'memory=1000:decoding it takes more than 1000 bytes' \
	'name-length=12:has a name of more than 12 bytes' \
	'name-depth=2:has more than 2 directories'; do
	refuses "${limit#*:}" "limit: ${limit%%:*}" \
		"$kheaders" check -o "$headers" --limit "${limit%%:*}"
done
ok '--limit size=64M threads=1' "$kheaders" check -o "$headers" --limit size=64M --limit threads=1

# Progress, on a terminal
truncate -s 1500M "$tap_tmp/dump"
script -qec "'$kheaders' info '$tap_tmp/dump'" /dev/null </dev/null >"$tap_tmp/terminal" || true
like "$(tr '\r' '\n' <"$tap_tmp/terminal" | grep '%' | tail -n 1)" '^kheaders: +[0-9]+ %$' \
	'progress: on a terminal'
like "$(tr '\r' '\n' <"$tap_tmp/terminal" | tail -n 2)" '^kheaders: .*has none in it' \
	'progress: is gone at the end'
run_mustfail -s 1 -e 'has none in it' 'progress: not elsewhere' "$kheaders" info "$tap_tmp/dump"

# usage ERE ARG...
usage() {
	run_mustfail -s 2 -e "$1" "usage: ${*:2}" "$kheaders" "${@:2}"
}
usage 'which command'
usage "unknown command 'frobnicate'" frobnicate
usage 'unknown option' info --frobnicate
usage 'one archive at a time' list "$headers" "$theirs"
usage 'which member' cat
for limit in size size= size=x size=1k none=1 threads=5000000000 size=0; do
	usage "--limit wants WHAT=NUMBER, not '$limit'|there is none of 'none=1'" \
		check --limit "$limit"
done
usage 'where to' extract "$headers"
for command in '' info check list cat extract path build-tree run env cflags cache; do
	# shellcheck disable=SC2086 # may be none
	like "$("$kheaders" $command --help | head -n 1)" '^usage: kheaders ' \
		"help: $command"
done
like "$("$kheaders" --version)" '^kheaders [0-9.]+$' 'version'

# Built where a library is missing
run_mustfail -s 2 -e 'kheaders: wants the development files of libarchive.*libmd-dev' \
	'make tools without libraries' make -C "$top/tools/kheaders" O="$tap_tmp/none" CC='gcc -nostdinc'

# Installed: a program of somebody else finds the library.
root=$tap_tmp/root
ok 'install-tools' flock "$top/build/tools.lock" make -C "$top" install-tools PREFIX=/usr DESTDIR="$root"
is "$(cd "$root" && find . ! -type d | LC_ALL=C sort | xargs)" "./usr/bin/kheaders \
./usr/bin/kheaders-mount \
./usr/include/libkheaders.h ./usr/lib/libkheaders.a ./usr/lib/libkheaders.so \
./usr/lib/libkheaders.so.0 ./usr/lib/pkgconfig/libkheaders.pc \
./usr/share/bash-completion/completions/kheaders \
./usr/share/fish/vendor_completions.d/kheaders.fish \
./usr/share/man/man1/kheaders-mount.1 ./usr/share/man/man1/kheaders.1 \
./usr/share/zsh/site-functions/_kheaders" 'all is there'
ok 'install-tools somewhere else' flock "$top/build/tools.lock" make -C "$top" install-tools \
	PREFIX="$tap_tmp/prefix"
for program in kheaders kheaders-mount; do
	like "$("$tap_tmp/prefix/bin/$program" --version)" '^kheaders [0-9.]+$' \
		"$program runs there"
	is "$(readelf -d "$root/usr/bin/$program" | grep -oE 'PATH|lib(archive|kheaders)')" \
		libarchive "$program takes libraries, but none of ours"
done
export PKG_CONFIG_PATH=$root/usr/lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root
export LD_LIBRARY_PATH=$root/usr/lib
cat >"$tap_tmp/user.c" <<'C'
#include <libkheaders.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct kheaders_info info;
	struct kheaders *kh;

	if (argc != 2 || kheaders_new(&kh))
		return 1;
	if (kheaders_open(kh, argv[1]) || kheaders_get_info(kh, &info)) {
		puts(kheaders_error(kh));
		return 1;
	}
	puts(info.release);
	kheaders_free(kh);
	return 0;
}
C
# shellcheck disable=SC2046 # options
ok 'a program compiles' gcc -Wall -Werror -o "$tap_tmp/user" "$tap_tmp/user.c" \
	$(pkg-config --cflags --libs libkheaders)
is "$("$tap_tmp/user" "$headers")" 7.3.4-test 'it knows the kernel'
is "$("$root/usr/bin/kheaders" check -o "$headers")" \
	"$headers: intact, headers of 7.3.4-test, profile headers" 'the command works'
is "$(nm -D --defined-only "$root/usr/lib/libkheaders.so.0" | awk '{ print $3 }' |
	grep -v '^kheaders_.*@@LIBKHEADERS_0$')" LIBKHEADERS_0 \
	'the library has no other names'
is "$(nm -D --defined-only "$root/usr/lib/libkheaders.so.0" |
	sed -n 's/.* \(kheaders_[a-z_]*\)@.*/\1/p' | LC_ALL=C sort)" \
	"$(grep -oE '^[a-z].*\bkheaders_[a-z_]+\(' "$top/tools/kheaders/libkheaders.h" |
		grep -oE 'kheaders_[a-z_]+' | LC_ALL=C sort)" 'nor does the header'
is "$(man --warnings -l "$root/usr/share/man/man1/kheaders.1" 2>&1 >/dev/null)" '' \
	'the manual is well-formed'
for command in $("$kheaders" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
	for file in "$root"/usr/share/{man/man1/kheaders.1,*/*/*kheaders*}; do
		ok "${file##*/}: $command" grep -qw "$command" "$file"
	done
done

# Without anything: no library, no environment, and, for root, an empty root directory.
ok 'tools-static' flock "$top/build/tools.lock" make -C "$top" tools-static
static=$top/build/tools/static/kheaders
is "$(readelf -lW "$static" | grep -c INTERP)" 0 'static: no shared libraries'
ok 'static: 3 MB at most' test "$(stat -c %s "$static")" -le 3000000
mkdir -p "$tap_tmp/root-only/sys"
cp "$static" "$headers" "$tap_tmp/root-only"
enter=(unshare --user --map-root-user)
[ "$(id -u)" -ne 0 ] || enter=()
ok 'static: in an empty root' env -i "${enter[@]}" "$(command -v chroot)" \
	"$tap_tmp/root-only" /kheaders extract -o /headers.tar.xz -C /unpacked
ok 'static: what tar makes of it' diff -r "$tap_tmp/root-only/unpacked" "$tap_tmp/here"

done_testing
