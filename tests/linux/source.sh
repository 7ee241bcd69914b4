#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# source.sh NAME: unpacks a Linux source (see load_source) to build/linux/NAME/src.
#
# source.sh NAME hooks: unpacks only the files that integrate.sh deals with, to
# build/linux/NAME/hooks.
#
# What is there is used again, and the package is kept in build/linux/NAME/deb.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/apt.sh
. "$top/tests/lib/apt.sh"

case $#-${2-} in
1- | 2-hooks) ;;
*)
	echo "usage: ${0##*/} NAME [hooks]" >&2
	exit 2
	;;
esac

# "package version", the newest that fits
newest_package() {
	apt-cache search --names-only "^$source_package\$" | cut -d ' ' -f 1 |
		sort -V | tail -n 1 | xargs -r apt-cache madison |
		awk -F ' *[|] *' '{ gsub(/ /, "", $1); print $1, $2; exit }'
}

fetch() {
	local package version
	own_apt "$tmp" "$source_release" "$source_backports"
	read -r package version < <(newest_package) ||
		die "no package in $source_release fits $source_package"
	say "fetching $package $version"
	mkdir "$tmp/deb"
	(cd "$tmp/deb" && apt-get -qq download "$package=$version")
	mv "$tmp/deb" "$linux_work/deb"
}

# unpack DIRECTORY [FILE...]: all, or only those of the files that there are
unpack() {
	local into=$1 deb package
	shift
	[ -d "$linux_work/deb" ] || fetch
	deb=$(echo "$linux_work"/deb/*.deb)
	package=${deb##*/} package=${package%%_*}
	mkdir "$tmp/files"
	dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/$package.tar.xz" |
		tar -xJ -C "$tmp/files" --strip-components=1 "${@/#/$package/}" \
			2>"$tmp/log" ||
		! grep -v -e ': Not found in archive$' -e ': Exiting with failure' \
			"$tmp/log" >&2 || die "cannot unpack $deb"
	[ -e "$tmp/files/Makefile" ] || die "$deb: not a package as expected"
	mv "$tmp/files" "$into"
}

# The hooks are unpacked again if others are wanted than last time.
is_there() {
	if [ "$what" = src ]; then
		[ -d "$linux_src" ]
	else
		printf '%s\n' "${hooks[@]}" | cmp -s - "$linux_hooks.list"
	fi
}

load_source "$1"
what=${2:-src}
! is_there || exit 0
lock "$linux_work.lock"
mkdir -p "$linux_work"
tmp=$linux_work/new
rm -rf "$tmp"
mkdir "$tmp"
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
! is_there || exit 0		# another run was first
if [ "$what" = src ]; then
	unpack "$linux_src"
else
	rm -rf "$linux_hooks.list" "$linux_hooks"
	unpack "$linux_hooks" "${hooks[@]}"
	printf '%s\n' "${hooks[@]}" >"$linux_hooks.list"
fi
