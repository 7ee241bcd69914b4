#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Built into kernels and as a module of theirs, for 64-bit x86 and arm: kheaders
# compiles and links without a warning. The archive is where it belongs, can be got
# back from there, and modules can be built with it.
#
# Linux 6.1 and 7.x are also booted: tests/boot and tests/slow have *.conf for them.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"

# Everything at W=1 but the kernel itself, which says a lot there.
ours=(kernel/kheaders/{kheaders,sysfs_blob,kheaders_data}.o
	lib/kunit-tests/{kheaders,kbtf}_test.o)

# build ARG...
build() {
	"$linux_dir/build.sh" "$work/tree" "$obj" "$arch" "$options" "$@"
}

section_size() {
	LC_ALL=C objdump -h "$1" | awk '$2 == ".kheaders" { print $3 }'
}

# How many there are. Modules that have some are refused on arm64.
got_relocations() {
	LC_ALL=C readelf -rW "$1" |
		awk '/R_[A-Z0-9_]*GOT/ { got++ } / R_/ { all++ }
			END { print all ? got + 0 : "no relocations at all" }'
}

returns_archive() {
	"$top/tests/lib/gives-back.sh" "$1" \
		"$obj/kernel/kheaders/kheaders_data.tar.xz"
}

# What somebody does who has nothing of the kernel but its archive: with the
# programs in it, and, as on another kind of machine, with those made there.
check_modules() {
	local headers=$tap_tmp/headers modules=$tap_tmp/modules program
	local make=(make -C "$headers" M="$modules" ARCH="$arch"
		CROSS_COMPILE="$(cross_compile "$arch")"
		KERNELRELEASE="$(cat "$obj/include/config/kernel.release")")
	rm -rf "$headers" "$modules"
	mkdir "$headers"
	tar -xf "$obj/kernel/kheaders/kheaders_data.tar.xz" -C "$headers"
	cp -r "$top/tools/testing/selftests/kheaders/modules" "$modules"
	ok "$id: modules are built with it" "${make[@]}" modules
	ok "$id: there is one" test -s "$modules/kheaders_importer.ko"
	for program in scripts/basic/fixdep scripts/mod/modpost \
		tools/objtool/objtool; do
		[ ! -e "$headers/$program" ] || printf '\377\377' |
			dd of="$headers/$program" bs=1 seek=18 conv=notrunc status=none
	done
	rm -f "$modules/kheaders_importer.ko"
	ok "$id: programs for this machine are made" \
		make -C "$headers" prepare-host
	ok "$id: modules are built with these" "${make[@]}" modules
	ok "$id: there is one" test -s "$modules/kheaders_importer.ko"
}

# The archive has the build's own Module.symvers.
check_symvers() {
	tar -xJOf "$obj/kernel/kheaders/kheaders_data.tar.xz" ./Module.symvers \
		>"$tap_tmp/symvers"
	ok "$id: it has Module.symvers" test -s "$tap_tmp/symvers"
	ok "$id: of this build" cmp "$tap_tmp/symvers" "$obj/Module.symvers"
}

# What a machine boots.
check_images() {
	local image images=()
	case $arch$options in
	x86_64*) images=(arch/x86/boot/bzImage) ;;
	arm64*ZBOOT*) images=(arch/arm64/boot/{Image,vmlinuz.efi}) ;;
	arm64*) images=(arch/arm64/boot/Image{,.gz}) ;;
	esac
	ok "$id: ${images[*]##*/}" build "${images[@]##*/}"
	for image in "${images[@]}"; do
		ok "$id: ${image##*/} gives the archive back" \
			returns_archive "$obj/$image"
	done
}

try() {
	local arch=$1 kind=$2 obj=$work/$1
	local id="$version, $arch, as a $kind" value=${2:0:1} options images others
	value=${value/b/y}
	options="compile CONFIG_IKHEADERS=$value CONFIG_IKHEADERS_PROC=y CONFIG_KUNIT=y
		CONFIG_IKHEADERS_KUNIT_TEST=$value CONFIG_IKBTF_KUNIT_TEST=$value"

	# EFI zboot images came with Linux 6.1, as did makefiles that can link an
	# archive with Module.symvers to vmlinux.
	[ "$version-$kind" = 5.10-builtin ] || options+=' CONFIG_IKHEADERS_BUILD=y'
	[ "$version-$arch" != 6.12-arm64 ] || options+=' CONFIG_EFI=y CONFIG_EFI_ZBOOT=y'

	rm -f "$obj"/kernel/kheaders/*.{o,ko} "$obj"/kernel/kheaders.*o
	ok "$id: compiles, no warning" build vmlinux modules
	case $kind in
	builtin) images=(vmlinux) others=() ;;
	module)
		images=(kernel/kheaders.ko)
		others=(vmlinux lib/kunit-tests/kheaders_test.ko)
		;;
	esac
	for image in "${images[@]}"; do
		like "$(section_size "$obj/$image")" '^00[3-6][0-9a-f]{5}$' \
			"$id: $image has the archive"
		[[ $options != *_BUILD=* ]] || check_symvers
		ok "$id: $image gives it back" returns_archive "$obj/$image"
	done
	case $kind in
	builtin) check_images ;;
	module) check_modules ;;
	esac
	[ "$kind" != module ] || is "$(got_relocations "$obj/kernel/kheaders/kheaders.o")" \
		0 "$id: it does without a global offset table"
	for image in "${others[@]}"; do
		ok "$id: there is $image" test -s "$obj/$image"
		is "$(section_size "$obj/$image")" '' "$id: without it"
	done
	# Last: made by itself, the archive may have another Module.symvers.
	ok "$id: no warning at W=1 either" build W=1 "${ours[@]}"
}

try_without_proc() {
	local arch=x86_64 obj=$work/no-proc options='CONFIG_EXPERT=y
		CONFIG_SYSFS=y CONFIG_IKHEADERS=y'
	ok "$version, without /proc: a kernel can be built" build prepare
	is "$(grep '^CONFIG_PROC_FS=' "$obj/.config")" '' "$version: there is none"
	ok "$version, without /proc: no warning at W=1" build W=1 kernel/kheaders/kheaders.o
}

for version in 5.10 6.12; do
	work=$top/build/rows/compile-$version
	mkdir -p "$work"
	ok "$version: kheaders can be put in" "$linux_dir/tree.sh" "$version" "$work/tree"
	for arch in x86_64 arm64; do
		try "$arch" builtin
		try "$arch" module
	done
	try_without_proc
done
done_testing
