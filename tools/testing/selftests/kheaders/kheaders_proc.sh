#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The same archive in /proc, where the kernel or module was built with it.

# shellcheck disable=SC2317 # the functions are called by ktap_test

cd "$(dirname "$0")" || exit 1
. ./kheaders_lib.sh

PROC_FILE=/proc/kheaders.tar.xz

is_absent() {
	[ ! -e "$PROC_FILE" ]
}

is_regular_0444() {
	stat -c '%F, %a, size %s' "$PROC_FILE"
	[ "$(stat -c '%a %u:%g %s' "$PROC_FILE")" = \
	  "444 0:0 $(stat -c %s "$KHEADERS_FILE")" ]
}

goes_away() {
	rmmod kheaders || return 1
	! [ -e "$PROC_FILE" ]
}

kheaders_load
case ${KHEADERS_PROC:-} in
y)	;;
n)	ktap_plan 1
	ktap_test 'built without: nothing in /proc' is_absent
	ktap_exit ;;
*)	[ -e "$PROC_FILE" ] ||
		ktap_skip_all 'no file in /proc, and KHEADERS_PROC does not say y' ;;
esac

ktap_plan 4
ktap_test 'mode and size are those in /sys' is_regular_0444
ktap_test 'the bytes are those in /sys' cmp "$KHEADERS_FILE" "$PROC_FILE"
ktap_test 'reads and writes behave' ./kheaders_read "$PROC_FILE"
if kheaders_is_module; then
	ktap_test 'it goes away with the module' goes_away
	kheaders_load
else
	ktap_skip 'it goes away with the module' 'kheaders is built in'
fi
ktap_exit
