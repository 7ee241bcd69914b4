#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Loading fails cleanly, with one line in the log: where there is a file of that
# name already, and where the archive is damaged.

# shellcheck disable=SC2317 # the functions are called by ktap_test

cd "$(dirname "$0")" || exit 1
. ./kheaders_lib.sh

digest() {
	sha256sum <"$KHEADERS_FILE"
}

# fails_with MESSAGE MODULE
fails_with() {
	if insmod "$2" 2>"$dir/stderr"; then
		echo 'it was loaded'
		return 1
	fi
	cat "$dir/stderr"
	grep -q "$1" "$dir/stderr"
}

# The same module under another name of the same length, so that only the name
# of the file is taken. The loader has the name from struct module. For KUnit's
# tests it exports a function, whose name must be another, too.
make_copy() {
	LC_ALL=C sed -e 's/\x00kheaders\x00/\x00kheaderz\x00/' \
		     -e 's/\x00name=kheaders\x00/\x00name=kheaderz\x00/' \
		     -e 's/kheaders_create/kheaderz_create/g' \
		"$KHEADERS_MODULE" >"$dir/kheaderz.ko" || return 1
	modinfo -F name "$dir/kheaderz.ko"
	[ "$(modinfo -F name "$dir/kheaderz.ko")" = kheaderz ]
}

is_not_loaded() {
	! [ -e "/sys/module/$1" ]
}

# says_one_line TEXT: but for what the kernel says of any module from elsewhere, and of a
# machine that is slow.
says_one_line() {
	log_since | grep -v -e 'taints kernel' -e 'tainting kernel' \
		-e 'hrtimer: interrupt took' >"$dir/log"
	cat "$dir/log"
	[ "$(wc -l <"$dir/log")" -eq 1 ] && grep -q "kheaders: $1" "$dir/log"
}

# refuses_damaged MESSAGE SED-SCRIPT: of a copy with a few bytes changed
refuses_damaged() {
	LC_ALL=C sed -e "$2" "$KHEADERS_MODULE" >"$dir/kheaders.ko" || return 1
	if cmp -s "$KHEADERS_MODULE" "$dir/kheaders.ko"; then
		echo 'the copy could not be damaged'
		return 1
	fi
	log_mark
	fails_with "$1" "$dir/kheaders.ko" &&
		says_one_line 'empty or damaged archive' &&
		is_not_loaded kheaders && [ ! -e "$KHEADERS_FILE" ]
}

is_unharmed() {
	after=$(digest)
	echo "before $before"
	echo "after  $after"
	[ "$before" = "$after" ]
}

unloads() {
	rmmod kheaders && is_not_loaded kheaders && [ ! -e "$KHEADERS_FILE" ]
}

loads_again() {
	insmod "$KHEADERS_MODULE" && is_unharmed
}

kheaders_need_module
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
before=$(digest)

ktap_plan 12
log_mark
ktap_test 'a second time it does not load' \
	fails_with 'File exists' "$KHEADERS_MODULE"
ktap_test 'which the log takes calmly' log_clean

ktap_test 'a copy can be made with another name' make_copy
log_mark
# Newer loaders say EBUSY where a module itself says EEXIST.
ktap_test 'where the name is taken it does not load' \
	fails_with 'File exists\|resource busy' "$dir/kheaderz.ko"
ktap_test 'of which it says one line' \
	says_one_line 'kheaders.tar.xz exists already'
ktap_test 'and nothing of it stays' is_not_loaded kheaderz
ktap_test 'the file is as before' is_unharmed

ktap_test 'it unloads' unloads
ktap_test 'without its start marker it does not load' \
	refuses_damaged 'Invalid' 's/IKHD_ST\x00\xfd7zXZ/IKHD_SX\x00\xfd7zXZ/'
ktap_test 'without its end marker it does not load' \
	refuses_damaged 'Invalid' 's/YZIKHD_ED/YZIKHD_EX/'
ktap_test 'where the archive is no xz file it does not load' \
	refuses_damaged 'Bad message' \
	's/IKHD_ST\x00\xfd7zXZ/IKHD_ST\x00\xfd7zXY/'
ktap_test 'it loads again' loads_again
ktap_exit
