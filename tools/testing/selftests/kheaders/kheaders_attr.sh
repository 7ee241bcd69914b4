#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# The file itself: mode, size, content.

# shellcheck disable=SC2317 # the functions are called by ktap_test

cd "$(dirname "$0")" || exit 1
. ./kheaders_lib.sh

is_regular_0444() {
	stat -c '%F, %a, %U:%G' "$KHEADERS_FILE"
	[ "$(stat -c '%F %a %u:%g' "$KHEADERS_FILE")" = 'regular file 444 0:0' ]
}

size_is_exact() {
	size=$(stat -c %s "$KHEADERS_FILE")
	bytes=$(wc -c <"$KHEADERS_FILE")
	echo "size $size, $bytes bytes read"
	[ "$size" -gt 0 ] && [ "$size" -eq "$bytes" ]
}

same_as_built() {
	want=$(sha256sum <"$KHEADERS_ARCHIVE") || return 1
	have=$(sha256sum <"$KHEADERS_FILE")
	echo "built $want"
	echo "shown $have"
	[ "$want" = "$have" ]
}

unpacks() {
	# shellcheck disable=SC2002 # the documented way
	cat "$KHEADERS_FILE" | tar -xJ -C "$dir" || return 1
	count=$(find "$dir" -type f | wc -l)
	other=$(find "$dir" ! -type f ! -type d | wc -l)
	echo "$count files, $other others"
	[ "$count" -gt 1000 ] && [ "$other" -eq 0 ]
}

has_headers() {
	for file in include/linux/kconfig.h include/linux/types.h \
		    include/linux/sched.h include/generated/autoconf.h \
		    include/generated/uapi/linux/version.h \
		    'arch/*/include/generated/asm'; do
		# shellcheck disable=SC2086 # a pattern
		set -- "$dir"/$file
		if [ ! -e "$1" ]; then
			echo "no $file"
			return 1
		fi
	done
}

is_of_this_kernel() {
	grep -h UTS_RELEASE "$dir/include/generated/utsrelease.h" || return 1
	grep -qxF "#define UTS_RELEASE \"$(uname -r)\"" \
		"$dir/include/generated/utsrelease.h"
}

kheaders_load
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

ktap_plan 6
ktap_test 'a regular file of mode 0444 that belongs to root' is_regular_0444
ktap_test 'its size is exact' size_is_exact
if [ -n "${KHEADERS_ARCHIVE:-}" ]; then
	ktap_test 'its bytes are the archive that was built' same_as_built
else
	ktap_skip 'its bytes are the archive that was built' \
		'KHEADERS_ARCHIVE does not say which'
fi
if command -v tar >/dev/null && command -v xz >/dev/null; then
	ktap_test 'cat | tar -xJ unpacks it, to regular files only' unpacks
	ktap_test 'it has what every user looks for' has_headers
	ktap_test 'it names the running kernel' is_of_this_kernel
else
	for name in 'cat | tar -xJ unpacks it, to regular files only' \
		    'it has what every user looks for' \
		    'it names the running kernel'; do
		ktap_skip "$name" 'needs tar and xz'
	done
fi
ktap_exit
