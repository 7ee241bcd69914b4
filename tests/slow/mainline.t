#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Beside Linux's own CONFIG_IKHEADERS. Its archives have no markers: nothing is taken for
# an archive, in the kernel or the module, and nothing is written. Ours are not larger.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/mainline.sh
. "$(dirname "$0")/../lib/mainline.sh"

arch=x86_64
build() {
	"$linux_dir/build.sh" "$linux_src" "$obj" "$arch" "compile CONFIG_IKHEADERS=$1" \
		"${@:2}"
}

has_none() {
	run_mustfail -s 1 -e 'no archive of headers' -o "$tap_tmp/archive" "$1" \
		"$top/scripts/kheaders/extract-ikheaders" "$2" "$tap_tmp/archive"
}

load_source 6.1
obj=$top/build/rows/mainline
ok 'there are sources' "$linux_dir/source.sh" 6.1
ok 'a kernel with headers builds' build y vmlinux bzImage
has_none 'vmlinux' "$obj/vmlinux"
has_none 'bzImage' "$obj/arch/x86/boot/bzImage"
ok 'a module with headers builds' build m modules
has_none 'kheaders.ko' "$obj/kernel/kheaders.ko"

# Both pack the headers of the same tree.
for version in 5.10 6.1 6.12 7.x; do
	load_source "$version"
	ok "$version: there are sources" "$linux_dir/source.sh" "$version"
	for arch in x86_64 arm64; do
		id="$version, $arch" obj=$top/build/rows/mainline-$version-$arch
		headers=${arch/x86_64/x86}
		rm -f "$tap_tmp"/{theirs,ours}.tar.xz
		ok "$id: is prepared" build m prepare
		ok "$id: Linux's own script packs" mainline_archive "$linux_src" "$obj" \
			"$headers" "$tap_tmp/theirs.tar.xz"
		ok "$id: so does ours" "$top/scripts/kheaders/gen_kheaders.sh" \
			--srctree "$linux_src" --objtree "$obj" --srcarch "$headers" \
			--output "$tap_tmp/ours.tar.xz"
		theirs=$(stat -c %s "$tap_tmp/theirs.tar.xz")
		ours=$(stat -c %s "$tap_tmp/ours.tar.xz")
		echo "# $id: $ours bytes, Linux's own $theirs"
		ok "$id: in no more bytes" test "$ours" -le "$theirs"
		rm -rf -- "$obj"
	done
done
done_testing
