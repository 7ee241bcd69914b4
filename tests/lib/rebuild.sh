# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Building once more what has the archive in it: all is made again that has a cause,
# and nothing without one. Source it after tap.sh and set
#
# archive, image	what the build makes: the archive, and what it goes into
# headers		the directory that has include/linux/hid.h, which nothing of
#			what is built includes; it may share its files with others
#
# and define build(), which builds, leaves what make says in $tap_tmp/make, and
# returns make's status.

edited=include/linux/hid.h

# When something was made.
made() {
	stat -c '%i %y' "$1" 2>/dev/null || echo never
}

# The archive is in the image: the markers say where.
built_in() {
	local at
	at=$(LC_ALL=C grep -abPo -m 1 'IKHD_ST\x00\xfd7zXZ' "$image" |
		head -n 1 | cut -d : -f 1)
	[ -n "$at" ] &&
		cmp -n "$(stat -c %s "$archive")" -i "$((at + 8)):0" "$image" "$archive"
}

# member NAME: what the archive has of it
member() {
	tar -xJOf "$archive" "./$1"
}

# edit NAME: replaces a header by standard input, but for the time of the one that
# is there, with which other trees may share its file.
edit() {
	cat >"$tap_tmp/edit"
	[ ! -e "$headers/$1" ] || touch -r "$headers/$1" "$tap_tmp/edit"
	[ -e "$tap_tmp/${1##*/}" ] || cp -p "$headers/$1" "$tap_tmp/" 2>/dev/null || :
	rm -f "$headers/$1"
	cp -p "$tap_tmp/edit" "$headers/$1"
}

put_back() {
	local kept=$tap_tmp/${edited##*/}
	[ ! -e "$kept" ] || { rm -f "$headers/$edited"; mv "$kept" "$headers/$edited"; }
}
trap 'put_back; rm -rf -- "$tap_tmp"' EXIT

# follows WHAT [ARG...]: builds; archive and image must be others than before.
follows() {
	local before_archive before_image again=no
	before_archive=$(made "$archive") before_image=$(made "$image")
	ok "builds after $1" build "${@:2}"
	[ "$(made "$archive")" = "$before_archive" ] ||
		[ "$(made "$image")" = "$before_image" ] || again=yes
	is "$again" yes "archive and ${image##*/} are made again after $1"
	ok "the one has the other in it after $1" built_in
}

# stays WHAT [ARG...]: builds; archive and image stay the very same.
stays() {
	local before_archive before_image
	before_archive=$(made "$archive") before_image=$(made "$image")
	ok "builds after $1" build "${@:2}"
	is "$(made "$archive")" "$before_archive" "the archive stays after $1"
	is "$(made "$image")" "$before_image" "${image##*/} stays after $1"
}

# What every build has to do.
check_rebuild() {
	local digest
	ok "${image##*/} has the archive in it" built_in
	digest=$(sha256sum <"$archive")
	stays 'nothing'
	# Where make works may have any name; so much for what it says it does. The rest
	# is what some kernels say each time.
	is "$(grep -vE -e '^make|^  (CALL|CHK|DESCEND) |^  GEN     Makefile$' \
		-e '^  INSTALL libsubcmd_headers$' "$tap_tmp/make" |
		grep -iE 'kheaders|^  [A-Z]+ ')" '' 'and make says nothing of it'
	touch "$headers/$edited"
	stays 'a touch'
	sed 's/HID_STAT_ADDED/hid_STAT_ADDED/' "$headers/$edited" | edit "$edited"
	follows 'a change that leaves size and time as they were'
	like "$(member "$edited")" '#define hid_STAT_ADDED' 'the change is in it'
	put_back
	follows 'the header was put back'
	is "$(sha256sum <"$archive")" "$digest" 'the archive is what it was'
}
