#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deb.sh: builds the Debian packages in a clean Debian 12 root, to build/deb, and has
# lintian look at them. Needs root, but no capability that a plain container lacks.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../tests/vm/rows.sh
. "$(dirname "$0")/../tests/vm/rows.sh"

release=bookworm
root=$roots/deb
needed=(build-essential lintian fakeroot)

# man-db would copy the device /dev/null there, which the root does not have.
profile=etc/apparmor.d/local/usr.bin.man

# What the packages' own control file wants
build_depends() {
	perl -0ne '/^Build-Depends:(.*?)\n(?! )/ms and print $1' "$top/packaging/debian/control" |
		tr ',' '\n' | sed 's/(.*//; s/ //g; s/debhelper-compat/debhelper/; s/dh-sequence-/dh-/'
}

make_root() {
	local package includes=()
	for package in "${needed[@]}" $(build_depends); do
		includes+=("--include=$package")
	done
	"$vm/../lib/apt-sources.sh" "$release" >"$tmp/sources.list"
	apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries|ForceIPv)' \
		>"$tmp/apt.conf" || :
	echo 'APT::Install-Recommends "false";' >>"$tmp/apt.conf"
	rm -rf -- "$root" "$root.new"
	say "making a Debian $release root to build packages in (a minute, once)"
	"$(devnull)" mmdebstrap --mode=root --variant=minbase --aptopt="$tmp/apt.conf" \
		--essential-hook="mkdir -p \"\$1/${profile%/*}\" && : >\"\$1/$profile\"" \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		"${includes[@]}" "$release" "$root.new" "$tmp/sources.list" \
		>"$root.log" 2>&1 || {
		tail -n 20 "$root.log" >&2
		die "mmdebstrap failed; all it said is in $root.log"
	}
	find "$root.new/dev" -mindepth 1 -delete
	mkfifo -m 0666 "$root.new/dev/null"
	printf '%s\n' "${needed[@]}" "$(build_depends)" >"$root.new/.made-of"
	mv -T "$root.new" "$root"
}

is_current() {
	[ -f "$root/.made-of" ] &&
		printf '%s\n' "${needed[@]}" "$(build_depends)" | cmp -s - "$root/.made-of"
}

tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
lock "$root.lock"
is_current || make_root

version=$(cat "$top/VERSION")
src=/build/kheaders-$version
rm -rf -- "$root/build"
copy_project "$root$src" .
mv "$root$src/packaging/debian" "$root$src/debian"
say "building packages of version $version"
in_root sh -c "cd $src && dpkg-buildpackage -b -us -uc" >"$root.log" 2>&1 || {
	tail -n 30 "$root.log" >&2
	die "dpkg-buildpackage failed; all it said is in $root.log"
}
in_root sh -c "cd $src/.. && lintian --fail-on error --allow-root *.changes" >&2 ||
	die 'lintian has found errors'
mkdir -p "$top/build/deb"
rm -f -- "$top"/build/deb/*.deb
cp "$root"/build/*.deb "$top/build/deb/"
(cd "$top" && ls build/deb/*.deb)
