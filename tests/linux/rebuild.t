#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Building a kernel once more that has kheaders built in, or as its module: the
# archive is made again if a header came, went or changed, and only then is the
# kernel linked again. And wherever it is built, the archive is the same.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# Headers that nothing of these small kernels includes.
changed=include/linux/hid.h
new=include/linux/kheaders_rebuild_test.h
archive=kernel/kheaders/kheaders_data.tar.xz

build() {
	"$linux_dir/build.sh" "$version/${folder##*/}" x86_64 \
		"compile,proc,$kind,kunit-$kind$more" vmlinux modules
}

# When what takes the archive in was made.
state() {
	stat -c '%i %y' "$folder/$1" || echo absent
}

# built_with IMAGE: the build's archive is in it.
built_with() {
	local at
	at=$(LC_ALL=C grep -abPo -m 1 'IKHD_ST\x00\xfd7zXZ' "$folder/$1" |
		head -n 1 | cut -d : -f 1)
	[ -n "$at" ] && cmp -n "$(stat -c %s "$folder/$archive")" \
		-i "$((at + 8)):0" "$folder/$1" "$folder/$archive"
}

member() {
	tar -xJOf "$folder/$archive" "./$1"
}

put() {
	cat >"$tap_tmp/put"
	[ ! -e "$linux_tree/$1" ] || touch -r "$linux_tree/$1" "$tap_tmp/put"
	rm -f "$linux_tree/$1"		# it is one with that of the sources
	cp -p "$tap_tmp/put" "$linux_tree/$1"
}

put_back() {
	rm -f "$linux_tree/$changed" "$linux_tree/$new"
	cp -pl "$linux_src/$changed" "$linux_tree/$changed"
	[ ! -e "$tap_tmp/config" ] || cp "$tap_tmp/config" "$folder/.config"
	rm -f "$tap_tmp/config"
}

# follows WHAT: builds; the archive and the image must be others than before.
follows() {
	local before_archive before_image
	before_archive=$(state "$archive") before_image=$(state "$image")
	ok "$id: builds after $1" build
	[ "$(state "$archive")" != "$before_archive" ] &&
		[ "$(state "$image")" != "$before_image" ] &&
		made=again || made=not
	is "$made" again "$id: archive and $image are made again after $1"
	ok "$id: the one has the other in it" built_with "$image"
}

# stays WHAT: builds; archive and image stay the very same.
stays() {
	local before_archive before_image
	before_archive=$(state "$archive") before_image=$(state "$image")
	ok "$id: builds after $1" build
	is "$(state "$archive")" "$before_archive" \
		"$id: the archive stays after $1"
	is "$(state "$image")" "$before_image" "$id: $image stays after $1"
}

check_rebuild() {
	local first
	ok "$id: builds" build
	ok "$id: $image has the archive in it" built_with "$image"
	first=$(sha256sum <"$folder/$archive")
	stays 'nothing'
	is "$(grep -i kheaders "$folder/make.log")" '' \
		"$id: and nothing is said of it"

	touch "$linux_tree/$changed"
	stays 'a touch'

	sed 's/HID_STAT_ADDED/hid_STAT_ADDED/' "$linux_src/$changed" |
		put "$changed"
	follows 'a change that leaves size and time as they were'
	like "$(member "$changed")" '#define hid_STAT_ADDED' \
		"$id: the change is in it"

	echo '#define KHEADERS_REBUILD_TEST 1' | put "$new"
	follows 'a new header'
	is "$(member "$new")" '#define KHEADERS_REBUILD_TEST 1' \
		"$id: the new header is in it"
	echo '#define KHEADERS_REBUILD_TEST 2' | put "$new"
	follows 'an edit within the same second'
	is "$(member "$new")" '#define KHEADERS_REBUILD_TEST 2' \
		"$id: the edit is in it"
	rm "$linux_tree/$new"
	follows 'a header went'
	run_mustfail "$id: it is not in it any more" member "$new"

	cp -p "$folder/.config" "$tap_tmp/config"
	sed -i 's/^CONFIG_DEFAULT_HOSTNAME=.*/CONFIG_DEFAULT_HOSTNAME="other"/' \
		"$folder/.config"
	follows 'an option changed'
	like "$(member include/generated/autoconf.h)" \
		'CONFIG_DEFAULT_HOSTNAME "other"' "$id: the option is in it"

	put_back
	follows 'all was put back'
	is "$(sha256sum <"$folder/$archive")" "$first" \
		"$id: the archive is what it was"
}

# In another folder, and in the sources' own.
check_elsewhere() {
	local tree=$linux_work/in-place make=(make -s ARCH=x86_64)
	cp -al "$linux_tree" "$tree.new"
	rm -rf "$tree"
	mv "$tree.new" "$tree"
	mkdir "$tap_tmp/other"
	cp "$folder/.config" "$tree/"
	cp "$folder/.config" "$tap_tmp/other/"
	ok "$id: builds in place" "${make[@]}" -C "$tree" -j5 kernel/
	ok "$id: to the same archive" cmp "$tree/$archive" "$folder/$archive"
	ok "$id: builds in another folder" "${make[@]}" -C "$linux_tree" \
		O="$tap_tmp/other" kernel/
	ok "$id: to the same archive" \
		cmp "$tap_tmp/other/$archive" "$folder/$archive"
	ok "$id: make clean" "${make[@]}" -C "$tree" clean
	is "$(find "$tree/kernel/kheaders" "$tree/scripts/kheaders" \
		-name '*.o' -o -name '*.xz' -o -name '.kheaders_*')" '' \
		"$id: leaves nothing of the build"
	rm -rf "$tree" "$tap_tmp/other"
}

trap 'put_back; rm -rf -- "$tap_tmp"' EXIT

read -ra versions <<<"${SOURCES:-5.10}"
for version in "${versions[@]}"; do
	load_source "$version"
	folder=$linux_work/x86_64-compile
	ok "$version: kheaders can be put in" "$linux_dir/source.sh" "$version"
	kind=module more=,build image=kernel/kheaders.ko id="$version, module"
	check_rebuild
	kind=builtin more='' image=vmlinux id="$version, built in"
	check_rebuild
	check_elsewhere
done
done_testing
