#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What Linux's own CONFIG_IKHEADERS makes has no markers. Its archive is found in
# kernels and modules all the same.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"

build() {
	"$linux_dir/build.sh" "$linux_src" "$obj" x86_64 "compile CONFIG_IKHEADERS=$1" \
		"${@:2}"
}

returns_archive() {
	"$top/tests/lib/gives-back.sh" "$1" "$obj/kernel/kheaders_data.tar.xz"
}

load_source 6.1
obj=$top/build/rows/mainline
ok 'there are sources' "$linux_dir/source.sh" 6.1
ok 'a kernel with headers builds' build y vmlinux bzImage
ok 'vmlinux returns them' returns_archive "$obj/vmlinux"
ok 'bzImage returns them' returns_archive "$obj/arch/x86/boot/bzImage"
ok 'a module with headers builds' build m modules bzImage
ok 'kheaders.ko returns them' returns_archive "$obj/kernel/kheaders.ko"
run_mustfail -s 1 -e 'no archive of headers' -o "$tap_tmp/archive" \
	'the kernel of that module has none' \
	"$top/scripts/kheaders/extract-ikheaders" "$obj/vmlinux" "$tap_tmp/archive"
done_testing
