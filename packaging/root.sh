# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A clean Debian 12 root to build packages in, for deb.sh and rpm.sh. Source it.

# shellcheck source-path=SCRIPTDIR source=../tests/vm/rows.sh
. "$(dirname "${BASH_SOURCE[0]}")/../tests/vm/rows.sh"

release=bookworm
version=$(cat "$top/VERSION")
src=/build/kheaders-$version		# the project, as seen inside the root

# man-db would copy the device /dev/null there, which the root does not have.
profile=etc/apparmor.d/local/usr.bin.man

# What builds the command and the library, as the Debian packages' control file wants it
build_depends() {
	perl -0ne '/^Build-Depends:(.*?)\n(?! )/ms and print $1' "$top/packaging/debian/control" |
		tr ',' '\n' | sed 's/(.*//; s/ //g; s/debhelper-compat/debhelper/; s/dh-sequence-/dh-/'
}

make_root() {
	local package includes=()
	for package; do
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
	printf '%s\n' "$@" >"$root.new/.made-of"
	mv -T "$root.new" "$root"
}

# enter_root NAME PACKAGE...: has a root with these packages, and what build_depends
# says, at $root, for this script alone; at $src in it there is a copy of the project.
enter_root() {
	root=$roots/$1
	tmp=$(mktemp -d)
	trap 'rm -rf -- "$tmp"' EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM
	shift
	# shellcheck disable=SC2046 # a list
	set -- "$@" $(build_depends)
	lock "$root.lock"
	printf '%s\n' "$@" | cmp -s - "$root/.made-of" || make_root "$@"
	rm -rf -- "$root/build"
	copy_project "$root$src" .
}

# build WHAT COMMAND: runs a shell's command in the root, in the copy's directory.
build() {
	say "building $1 of version $version"
	in_root sh -c "cd $src && $2" >"$root.log" 2>&1 || {
		tail -n 30 "$root.log" >&2
		die "it failed; all that was said is in $root.log"
	}
}

# publish NAME: in place of what is at build/NAME, the root's packages of that kind
publish() {
	mkdir -p "$top/build/$1"
	rm -f -- "$top/build/$1"/*."$1"
	find "$root/build" -name "*.$1" ! -name "*.src.$1" -exec cp {} "$top/build/$1/" \;
	(cd "$top" && ls "build/$1"/*."$1")
}
