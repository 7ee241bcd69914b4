#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What Linux's own CONFIG_IKHEADERS makes has no markers: nothing is taken for an
# archive, in the kernel or the module, and nothing is written.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"

build() {
	"$linux_dir/build.sh" "$linux_src" "$obj" x86_64 "compile CONFIG_IKHEADERS=$1" \
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
done_testing
