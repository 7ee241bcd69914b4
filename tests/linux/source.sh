#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# source.sh NAME: unpacks a Linux source of sources.tsv to build/linux/NAME/src,
# and puts kheaders into a copy, build/linux/NAME/tree. What is there is used
# again, but kheaders in it is brought up to date.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/apt.sh
. "$top/tests/lib/apt.sh"

[ "$#" -eq 1 ] || { echo "usage: ${0##*/} NAME" >&2; exit 2; }
load_source "$1"

# "package version", the newest that fits
newest_package() {
	apt-cache search --names-only "^$source_package\$" | cut -d ' ' -f 1 |
		sort -V | tail -n 1 | xargs -r apt-cache madison |
		awk -F ' *[|] *' '{ gsub(/ /, "", $1); print $1, $2; exit }'
}

unpack() {
	local package version
	own_apt "$tmp" "$source_release" "$source_backports"
	read -r package version < <(newest_package) ||
		die "no package in $source_release fits $source_package"
	say "fetching $package $version"
	(cd "$tmp" && apt-get -qq download "$package=$version")
	mkdir "$tmp/deb" "$tmp/src"
	dpkg-deb -x "$tmp"/*.deb "$tmp/deb"
	tar -xJf "$tmp/deb/usr/src/$package.tar.xz" -C "$tmp/src" \
		--strip-components=1
	mv "$tmp/src" "$linux_src"
}

# Shares its files with the sources but for those that integrate.sh replaces.
copy() {
	cp -al "$linux_src" "$tmp/tree"
	mv "$tmp/tree" "$linux_tree"
}

lock "$linux_work.lock"
mkdir -p "$linux_work"
tmp=$linux_work/new
rm -rf "$tmp"
mkdir "$tmp"
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
[ -d "$linux_src" ] || unpack
[ -d "$linux_tree" ] || copy
"$top/scripts/kheaders/integrate.sh" "$linux_tree" >&2
