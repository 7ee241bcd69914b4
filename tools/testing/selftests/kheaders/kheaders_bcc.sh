#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# bcc compiles and runs a program that includes <linux/sched.h>, with the
# archive as its only source of headers; and cannot without the archive.

# shellcheck disable=SC2317 # the functions are called by ktap_test

cd "$(dirname "$0")" || exit 1
. ./kheaders_lib.sh

# bcc calls modprobe by itself. This keeps modprobe from finding the module.
without_module() {
	mkdir "$dir/modprobe.d" &&
		echo 'install kheaders /bin/false' >"$dir/modprobe.d/no.conf"
	if MODPROBE_OPTIONS="-C $dir/modprobe.d" modprobe kheaders; then
		echo 'modprobe loaded it all the same'
		return 1
	fi
	mkdir "$dir/without"
	if MODPROBE_OPTIONS="-C $dir/modprobe.d" TMPDIR=$dir/without \
			python3 kheaders_bcc.py >"$dir/out" 2>&1; then
		cat "$dir/out"
		return 1
	fi
	cat "$dir/out"
	grep -qi 'kernel headers' "$dir/out"
}

with_archive() {
	mkdir "$dir/with"
	TMPDIR=$dir/with python3 kheaders_bcc.py >"$dir/out" 2>&1
	rc=$?
	cat "$dir/out"
	[ "$rc" -eq 0 ] && grep -q '^task_struct says: process' "$dir/out"
}

# bcc's cache shows where the headers came from.
used_archive() {
	[ -f "$dir/with/kheaders-$(uname -r)/include/linux/sched.h" ]
}

kheaders_need_root
python3 -c 'import bcc' 2>/dev/null || ktap_skip_all 'needs python3-bpfcc'
build=/lib/modules/$(uname -r)/build
if [ -e "$build/include/linux/kconfig.h" ] || [ -n "${BCC_KERNEL_SOURCE:-}" ]; then
	ktap_skip_all "bcc would take the headers in ${BCC_KERNEL_SOURCE:-$build}"
fi
kheaders_load

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

ktap_plan 3
if kheaders_is_module; then
	rmmod kheaders
	ktap_test 'without the archive bcc finds no headers' without_module
	# From here bcc is to load it, as it does wherever modprobe knows it.
	modprobe -n -q kheaders || kheaders_load
else
	ktap_skip 'without the archive bcc finds no headers' \
		'kheaders is built in'
fi
ktap_test 'with the archive bcc compiles and runs' with_archive
ktap_test 'and has the headers from it' used_archive
kheaders_load
ktap_exit
