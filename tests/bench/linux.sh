# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A prepared Linux tree to measure on: Debian's newest linux-source package that
# fits, unpacked and prepared (x86_64_defconfig, O=) once under build/bench.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bench=$top/build/bench
suite=${LINUX_SOURCE_SUITE:-trixie}
wanted=${LINUX_SOURCE_PACKAGE:-linux-source-7[.].*}

say() {
	printf '==> %s\n' "$*" >&2
}

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# An apt of its own that reads the suite and its backports from the machine's
# mirrors and leaves the machine's lists alone.
own_apt() {
	mkdir -p "$bench/apt/lists/partial" "$bench/apt/cache/archives/partial"
	"$top/tests/e2e/apt-sources.sh" "$suite" yes >"$bench/apt/sources.list"
	cat >"$bench/apt/apt.conf" <<-CONF
		Dir::Etc::SourceList "$bench/apt/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::State::Lists "$bench/apt/lists";
		Dir::Cache "$bench/apt/cache";
		Acquire::Languages "none";
		APT::Sandbox::User "";
	CONF
	export APT_CONFIG=$bench/apt/apt.conf
	apt-get -qq update
}

# "package version", the newest that fits
newest_source() {
	apt-cache search --names-only "^$wanted\$" | cut -d ' ' -f 1 | sort -V |
		tail -n 1 | xargs -r apt-cache madison |
		awk -F ' *[|] *' '{ gsub(/ /, "", $1); print $1, $2; exit }'
}

# Makes $bench/PACKAGE_VERSION/{src,obj}; what is there is used again.
unpack_source() {
	local package=$1 version=$2 new=$bench/new
	rm -rf "$new"
	mkdir -p "$new/deb" "$new/src"
	say "fetching $package $version"
	(cd "$new" && apt-get -qq download "$package=$version")
	dpkg-deb -x "$new"/*.deb "$new/deb"
	tar -xJf "$new/deb/usr/src/$package.tar.xz" -C "$new/src" --strip-components=1
	rm -r "$new/deb" "$new"/*.deb
	mv "$new" "$tree"
}

prepare() {
	say "preparing $tree: x86_64_defconfig"
	mkdir -p "$obj"
	{
		make -C "$src" O="$obj" x86_64_defconfig
		make -C "$src" O="$obj" -j "$(nproc)" prepare
	} >"$tree/prepare.log" 2>&1 ||
		die "the tree could not be prepared: see $tree/prepare.log"
	touch "$tree/prepared"
}

# Sets src and obj.
prepare_tree() {
	local package version
	if [ -n "${BENCH_TREE-}" ]; then
		src=${BENCH_TREE%%:*} obj=${BENCH_TREE#*:}
		mkdir -p "$bench"
	else
		own_apt
		read -r package version < <(newest_source) ||
			die "no package in $suite fits $wanted"
		tree=$bench/${package}_$version
		src=$tree/src obj=$tree/obj
		[ -d "$tree" ] || unpack_source "$package" "$version"
		[ -e "$tree/prepared" ] || prepare
	fi
	[ -e "$src/kernel/gen_kheaders.sh" ] || die "$src: no kernel/gen_kheaders.sh"
	[ -e "$obj/include/generated/autoconf.h" ] || die "$obj: not prepared"
}
