#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Building the module once more: nothing is made again without a cause, and
# everything with one. Kbuild has changed most between the oldest and the newest
# kernel of kernels.tsv, so these two are tried with the first.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
become_root "$@"
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$e2e/../lib/tap.sh"

# As build-module.sh does, so that a changed option is no cause.
build() {
	in_root make -C "$src" modules W=1 IKHEADERS_PROC=y "$@" \
		"KDIR=/usr/src/linux-headers-$release" >"$tap_tmp/make" 2>&1 ||
		{ diag "$(tail -n 20 "$tap_tmp/make")"; return 1; }
}

# Everything that the build has made, and when. What the generator keeps for
# itself does not count.
products() {
	find "$root$src" -name '.*' -prune -o -type f \( -name '*.o' -o \
		-name '*.ko' -o -name '*.mod' -o -name '*.mod.c' -o \
		-name '*.tar.xz' \) -printf '%p %T@ %i\n' | sort
}

product() {
	products | grep "^$root$src/$1 "
}

# A header that the module itself does not include. It is in the common part of
# Debian's header packages.
unrelated=include/linux/hid.h

find_header() {
	local headers=("$root"/usr/src/linux-headers-*-common/"$unrelated")
	[ -f "${headers[0]}" ] || die "$root: no $unrelated"
	printf '%s\n' "${headers[0]}"
}

restore_header() {
	[ ! -e "$tap_tmp/header" ] || cp -p "$tap_tmp/header" "$header"
	rm -f "$tap_tmp/header"
}
trap 'restore_header; rm -rf -- "$tap_tmp"' EXIT

check_row() {
	local before module archive digest made
	archive=kernel/kheaders/kheaders_data.tar.xz
	ok "$row: builds" build
	before=$(products)
	like "$before" '/kheaders\.ko ' "$row: makes a module"
	digest=$(sha256sum <"$root$src/$archive")

	ok "$row: builds again" build
	is "$(products)" "$before" "$row: touching nothing rebuilds nothing"
	is "$(grep -E '^  [A-Z]+ ' "$tap_tmp/make")" '' "$row: and says nothing"

	cp -p "$header" "$tap_tmp/header"
	touch "$header"
	ok "$row: builds after a header was touched" build
	is "$(products)" "$before" "$row: the same contents rebuild nothing"

	module=$(product kheaders.ko)
	echo '#define KHEADERS_REBUILD_TEST 1' >>"$header"
	ok "$row: builds after a header was changed" build
	ok "$row: the archive has the change" grep -qx \
		'#define KHEADERS_REBUILD_TEST 1' \
		<(tar -xJOf "$root$src/$archive" "./$unrelated")
	[ "$(product kheaders.ko)" != "$module" ] && made=yes || made=no
	is "$made" yes "$row: the module is made again"
	ok "$row: with the archive in it" contains "$root$src/kheaders.ko" \
		"$root$src/$archive"

	restore_header
	ok "$row: builds after the header was put back" build
	is "$(sha256sum <"$root$src/$archive")" "$digest" \
		"$row: the archive is as it was"
	check_given_archive
}

# One from elsewhere, older than what was made here.
check_given_archive() {
	local given=$src/given.tar.xz round
	echo 'not looked into' >"$root$given"
	touch -d '2020-01-01' "$root$given"
	for round in first second; do
		ok "$row: builds with a given archive, $round time" \
			build "IKHEADERS_ARCHIVE=$given"
		ok "$row: which is in the module" grep -qF 'not looked into' \
			"$root$src/kheaders.ko"
		ok "$row: builds with its own again" build
		is "$(sha256sum <"$root$src/$archive")" "$digest" \
			"$row: the archive is its own"
	done
	rm -f -- "$root$given"
	build IKHEADERS_ARCHIVE=given.tar.xz && made=yes || made=no
	is "$made" no "$row: a relative path is refused"
	ok "$row: and named" grep -qF 'given.tar.xz: not an absolute path' \
		"$tap_tmp/make"
}

# contains FILE PART: the markers say where to look.
contains() {
	local at
	at=$(LC_ALL=C grep -abPo 'IKHD_ST\x00\xfd7zXZ' "$1" | cut -d : -f 1)
	cmp -n "$(stat -c %s "$2")" -i "$((at + 8)):0" "$1" "$2"
}

for name in $(row_names | sed -n '1p;2p;$p'); do
	load_row "$name"
	ok "$row: kheaders.ko is there" "$e2e/build-module.sh" "$row"
	release=$(kernel_release)
	header=$(find_header)
	check_row
done
done_testing
