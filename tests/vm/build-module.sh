#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build-module.sh ROW: builds kheaders.ko in the row's root, with the root's
# compiler against the root's header package, and the C parts of the selftests.
# And kbtf.ko, with the types of a small program if the root has pahole: the kernel
# has BTF of its own. Any warning at W=1 is a failure. What the guest is to have of
# it is in build/rows/ROW/guest, the builds' logs are beside it.
#
# For another architecture than this machine's all is cross-built, from outside.
# The archive is made first, and unpacked; the module is built against that.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=rows.sh
. "$(dirname "$0")/rows.sh"
# shellcheck source-path=SCRIPTDIR source=../linux/lib.sh
. "$top/tests/linux/lib.sh"

[ "$#" -eq 1 ] || { echo "usage: ${0##*/} ROW" >&2; exit 2; }
load_row "$1"

# There is no vmlinux in a header package to take its types from. A compiler for
# another architecture goes by another name.
harmless='^Skipping BTF generation for .* due to unavailability of vmlinux$'
harmless+='|^warning: the compiler differs from the one used to build the kernel$'

# Where the row names one.
[[ $row_make != *CC=* ]] || harmless+='|^kheaders: warning: this compiler is not the kernel'

# Most roots have no pahole.
without_pahole='^gen_btf: warning: making no BTF: there is no pahole$'
harmless+="|$without_pahole"

# run_make LOG DIRECTORY ARG...: shows what make says only if something is wrong. The
# directory is one of the project's copy.
run_make() {
	local log=$1 dir=$2 status=0 run=(in_root)
	shift 2
	if is_foreign; then
		run=()
		dir=$root$dir
	fi
	"${run[@]}" timeout -k 10 900 make -C "$dir" -j"$(nproc)" "$@" \
		>"$log" 2>&1 || status=$?
	judge_make "$status" "$log" "$harmless"
}

# The root's depmod indexes the stock modules and ours: in the guest that would
# take half a minute.
install_module() {
	local dir=lib/modules/$release stage=$src/depmod run=(in_root)
	mkdir -p "$root$stage/$dir/extra" "$row_guest/$dir/extra"
	cp -al "$root/$dir/kernel" "$root$stage/$dir/"
	cp "$root/$dir"/modules.{order,builtin,builtin.modinfo} "$root$stage/$dir/"
	cp "$root$src/kheaders.ko" "$root$stage/$dir/extra/"
	if is_foreign; then
		run=()
		stage=$root$stage
	fi
	"${run[@]}" depmod -b "$stage" "$release"
	cp "$root${stage#"$root"}/$dir"/modules.* "$row_guest/$dir/"
	cp "$root$src/kheaders.ko" "$row_guest/$dir/extra/"
}

# The header package's programs are the other machine's, which is right for the
# archive. To build here, Debian has the same ones for this machine.
unpack_archive() {
	local package=$root/usr/src/linux-headers-$release kbuild
	kbuild=$(readlink "$package/scripts")
	kbuild=${kbuild%/scripts} kbuild=${kbuild##*/}
	"$vm/fetch-package.sh" "$row" "$kbuild"
	"$top/scripts/kheaders/gen_kheaders.sh" --profile build \
		--srctree "$(common_headers)" --objtree "$package" \
		--srcarch "$(basename "$package"/arch/*)" \
		--output "$row_work/archive.tar.xz" >&2
	rm -rf -- "$row_work"/{headers,kbuild}
	mkdir "$row_work"/{headers,kbuild}
	tar -xf "$row_work/archive.tar.xz" -C "$row_work/headers"
	dpkg-deb -x "$row_work/packages/$kbuild"_*.deb "$row_work/kbuild"
	cp -r "$row_work/kbuild/usr/lib/$kbuild/scripts" "$row_work/headers/"
	[ "$row_release" = "$(. /etc/os-release && echo "${VERSION_CODENAME-}")" ] || bring_libc
}

# Programs of another release may need that one's C library.
bring_libc() {
	local libc=$row_work/kbuild/usr/lib/x86_64-linux-gnu
	"$vm/fetch-package.sh" "$row" libc6
	dpkg-deb -x "$row_work"/packages/libc6_*.deb "$row_work/kbuild"
	find "$row_work/headers/scripts" -type f -exec grep -lZ '^.ELF' {} + |
		xargs -0 patchelf --set-interpreter "$libc/ld-linux-x86-64.so.2" --set-rpath "$libc"
}

build_kbtf() {
	local pahole=$root/usr/bin/pahole warnings=1
	! is_foreign || pahole=$(command -v pahole || true)
	[ ! -x "$pahole" ] || warnings=0
	make_vmlinux "$root$src/vmlinux" "$(! is_foreign || cross_compile "$arch_linux")"
	run_make "$row_work/kbtf.log" "$src" btf "${module[@]}" \
		VMLINUX="$inside$src/vmlinux"
	[ "$(grep -c "$without_pahole" "$row_work/kbtf.log")" -eq "$warnings" ] ||
		die "kbtf.ko missed pahole, or not; its log is $row_work/kbtf.log"
	cp "$root$src/kbtf.ko" "$row_guest/"
}

build_selftests() {
	run_make "$row_work/selftests.log" \
		"$src/tools/testing/selftests/kheaders" "${selftests[@]}"
	cp -r "$root$src/tools/testing/selftests" "$row_guest/"
}

main() {
	local release module=(W=1) selftests=() inside=
	"$vm/root.sh" "$row"
	release=$(kernel_release)
	mkdir -p "$row_work"
	[ -z "$row_options" ] || module+=("$row_options")
	if is_foreign; then
		inside=$root
		unpack_archive
		selftests=(CC="$(cross_compile "$arch_linux")gcc")
		# shellcheck disable=SC2206 # row_make is a list
		module+=(ARCH="$arch_linux" KDIR="$row_work/headers"
			CROSS_COMPILE="$(cross_compile "$arch_linux")"
			IKHEADERS_ARCHIVE="$row_work/archive.tar.xz"
			KERNELRELEASE="$release" $row_make)
	else
		module+=(KDIR="/usr/src/linux-headers-$release")
	fi
	lock "$root.lock"
	rm -rf -- "$row_guest"
	mkdir -p "$row_guest"
	copy_project "$root$src"
	run_make "$row_work/build.log" "$src" modules "${module[@]}"
	[ -s "$root$src/kheaders.ko" ] || die "make left no kheaders.ko"
	cp "$root$src/kernel/kheaders/kheaders_data.tar.xz" "$row_guest/"
	install_module
	build_kbtf
	build_selftests
	printf '%s\n' "KHEADERS_PROC=$([[ $row_options = *PROC=y* ]] && echo y || echo n)" \
		"rounds=$row_rounds" "leave_out=$row_leave_out" >"$row_guest/settings"
}

main
