#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# In a kernel that has BTF of its own kbtf.ko is not loaded, and changes nothing. A
# harness says where that is:
#
# KBTF_MODULE	path of kbtf.ko

# shellcheck disable=SC2317 # the functions are called by ktap_test

cd "$(dirname "$0")" || exit 1
. ./kbtf_lib.sh
[ -e /sys/kernel/btf/vmlinux ] || ktap_skip_all 'this kernel has no BTF of its own'

# From Linux 7.x on the loader takes EEXIST for its own and says EBUSY.
declines() {
	kbtf_refused 'File exists|resource busy' 'btf exists already: ' \
		"$KBTF_MODULE"
}

state() {
	ls /sys/kernel/btf
	sha256sum /sys/kernel/btf/vmlinux
}

is_as_before() {
	state >"$dir/after"
	cat "$dir/after"
	cmp "$dir/before" "$dir/after"
}

ktap_plan 2
state >"$dir/before"
ktap_test 'it declines, and says why' declines
ktap_test "the kernel's own is as it was" is_as_before
ktap_exit
