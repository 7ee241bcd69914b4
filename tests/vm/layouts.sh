# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154,SC2034 # build() uses kdir
#
# Trees with which the module is built in other distributions, made of Debian's header
# package. test-row.sh sources this for stock kernels.

# in_place DIR: one tree, as in Fedora's /usr/src/kernels, Arch's and Alpine's packages
in_place() {
	mkdir -p "$root$1"
	cp -al "$common/." "$root$1"
	rm "$root$1"/{scripts,tools}
	cp -al "$kbuild"/{scripts,tools} "$root$1"
	cp -alf "$package"/{.config,.kernelvariables,Module.symvers,include,arch} "$root$1"
}

# openSUSE has one directory for the sources, and one for what was built from them, with
# scripts in both.
opensuse() {
	local obj=$root$1-obj/$row_arch/default
	mkdir -p "$root$1" "$obj"
	cp -al "$common/." "$root$1"
	rm "$root$1"/{scripts,tools}
	cp -al "$kbuild"/{scripts,tools} "$root$1"
	cp -al "$package"/{.config,.kernelvariables,Module.symvers,include,arch} \
		"$kbuild"/{scripts,tools} "$obj"
	echo "include $1/Makefile" >"$obj/Makefile"
}

# Ubuntu's package of a kernel has links to directories of the common package.
ubuntu() {
	local path
	mkdir -p "$root$1-common" "$root$1"
	cp -al "$common/." "$root$1-common"
	cp -al "$package"/{.config,.kernelvariables,Module.symvers,include,arch} "$root$1"
	cp -al "$kbuild"/{scripts,tools} "$root$1"
	(cd "$common" && ls -d Makefile include/* "arch/$arch_headers"/{Makefile,include/*}) |
		while read -r path; do
			[ -e "$root$1/$path" ] || ln -sr "$root$1-common/$path" "$root$1/$path"
		done
}

# builds_with NAME KDIR SRC OBJ: in the root
builds_with() {
	local name=$1 kdir=$2 alone=$tap_tmp/alone.tar.xz
	rm -f "$alone"
	ok "$name: kheaders.ko builds" build
	ok "$name: with the headers of Debian's" diff "$tap_tmp/headers" <(headers "$archive")
	ok "$name: the generator alone packs" "$top/scripts/kheaders/gen_kheaders.sh" \
		--srctree "$root$3" --objtree "$root$4" --srcarch "$arch_headers" \
		--output "$alone"
	ok "$name: the same" diff "$tap_tmp/headers" <(headers "$alone")
}

# headers ARCHIVE: what profile "headers" has
headers() {
	tar -tJf "$1" | grep -E '^\./(arch/[a-z0-9]+/)?include/.*\.h$' | LC_ALL=C sort
}

check_layouts() {
	local package=$root/usr/src/linux-headers-$release dir=$src/layouts
	local common kbuild=$package/scripts/..
	common=$(common_headers)
	kbuild=$(cd -P "$kbuild" && pwd)
	headers "$archive" >"$tap_tmp/headers"
	ok 'there are headers' test -s "$tap_tmp/headers"
	in_place "$dir/in-place"
	builds_with 'in place' "$dir/in-place" "$dir/in-place" "$dir/in-place"
	ln -s . "$root$dir/link"
	ln -s link/in-place "$root$dir/build"
	builds_with 'through links' "$dir/build" "$dir/build" "$dir/build"
	opensuse "$dir/opensuse"
	builds_with 'in two places' "$dir/opensuse-obj/$row_arch/default" "$dir/opensuse" \
		"$dir/opensuse-obj/$row_arch/default"
	ubuntu "$dir/ubuntu"
	builds_with 'full of links' "$dir/ubuntu" "$dir/ubuntu" "$dir/ubuntu"
}
