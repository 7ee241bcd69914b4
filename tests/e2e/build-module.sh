#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build-module.sh ROW: builds kheaders.ko in the row's root, with the root's
# compiler against the root's header package, and the C parts of the selftests.
# And kbtf.ko, with the types of a small program if the root has pahole: the kernel
# has BTF of its own. Any warning at W=1 is a failure. The results, and the build's
# log, are in build/e2e/ROW/.
#
# For another architecture than this machine's all is cross-built, from outside.
# The archive is made first, and unpacked; the module is built against that.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../linux/lib.sh
. "$top/tests/linux/lib.sh"

[ "$#" -eq 1 ] || { echo "usage: ${0##*/} ROW" >&2; exit 2; }
become_root "$@"
load_row "$1"
# shellcheck source-path=SCRIPTDIR source=arch-amd64.conf
. "$e2e/arch-$row_arch.conf"

# A copy of the sources as they were written: no build's products come along,
# and times are kept, so that only what changed is built again. What is not
# built in place is copied afresh.
copy_sources() {
	mkdir -p "$root$src"
	rm -rf -- "$root$src/tools" "$root$src/tests"
	tar -C "$top" --exclude='*.o' --exclude='*.ko' --exclude='*.mod*' \
		--exclude='.*.cmd' --exclude='.*.d' --exclude='*.tar.xz' \
		--exclude='kernel/kbtf/*.bin' \
		--exclude=scripts/kheaders/strip_comments \
		--exclude=scripts/kheaders/plan_blocks -cf - Makefile Kbuild kernel scripts tools tests/e2e |
		tar -C "$root$src" --no-same-owner -xf -
}

# There is no vmlinux in a header package to take its types from. A compiler for
# another architecture goes by another name.
harmless='^Skipping BTF generation for .* due to unavailability of vmlinux$'
harmless+='|^warning: the compiler differs from the one used to build the kernel$'

# Most roots have no pahole.
without_pahole='^gen_btf: warning: making no BTF: there is no pahole$'
harmless+="|$without_pahole"

# run_make LOG FOLDER ARG...: shows what make says only if something is wrong. The
# folder is one of the project's copy.
run_make() {
	local log=$1 folder=$2 status=0 run=(in_root)
	shift 2
	if is_foreign; then
		run=()
		folder=$root$folder
	fi
	"${run[@]}" timeout -k 10 "${BUILD_TIMEOUT:-900}" \
		make -C "$folder" -j"$(nproc)" "$@" >"$log" 2>&1 || status=$?
	judge_make "$status" "$log" "$harmless"
}

# Has the root's depmod index the stock modules and ours, for guest-lib.sh to
# put in place: in the guest that would take half a minute.
index_modules() {
	local stage=$src/depmod dir=lib/modules/$release
	[ "$root$src/kheaders.ko" -nt "$root$stage/$dir/modules.dep.bin" ] ||
		return 0
	rm -rf -- "${root:?}$stage"
	mkdir -p "$root$stage/$dir/extra"
	cp -al "$root/$dir/kernel" "$root$stage/$dir/"
	cp "$root/$dir"/modules.{order,builtin,builtin.modinfo} \
		"$root$stage/$dir/"
	cp "$root$src/kheaders.ko" "$root$stage/$dir/extra/"
	if is_foreign; then
		depmod -b "$root$stage" "$release"
	else
		in_root depmod -b "$stage" "$release"
	fi
	rm -rf -- "$root$stage/$dir"/{kernel,extra}
}

# The header package's programs are the other machine's, which is right for the
# archive. To build here, Debian has the same ones for this machine.
unpack_archive() {
	local package=$root/usr/src/linux-headers-$release kbuild
	kbuild=$(readlink "$package/scripts")
	kbuild=${kbuild%/scripts} kbuild=${kbuild##*/}
	"$e2e/fetch-package.sh" "$row" "$kbuild"
	"$top/scripts/kheaders/gen_kheaders.sh" --profile build \
		--srctree "${package%"$row_arch"}common" --objtree "$package" \
		--srcarch "$(basename "$package"/arch/*)" \
		--output "$row_work/archive.tar.xz" >&2
	rm -rf -- "$row_work"/{headers,kbuild}
	mkdir "$row_work"/{headers,kbuild}
	tar -xf "$row_work/archive.tar.xz" -C "$row_work/headers"
	dpkg-deb -x "$root$src/packages/$kbuild"_*.deb "$row_work/kbuild"
	cp -r "$row_work/kbuild/usr/lib/$kbuild/scripts" "$row_work/headers/"
}

# What stands in for the vmlinux that no header package has.
make_vmlinux() {
	local cross='' run=(in_root)
	if is_foreign; then
		cross=$(cross_compile "$arch_linux")
		run=()
	fi
	echo 'int main(void) { return 0; }' >"$root$src/vmlinux.c"
	"${run[@]}" "${cross}gcc" -g -Wl,--build-id=sha1 \
		-o "$inside$src/vmlinux" "$inside$src/vmlinux.c"
	"${run[@]}" "${cross}objcopy" "$inside$src/vmlinux" \
		--rename-section .note.gnu.build-id=.notes
}

build_kbtf() {
	local pahole=$root/usr/bin/pahole warnings=1
	! is_foreign || pahole=$(command -v pahole || true)
	[ ! -x "$pahole" ] || warnings=0
	make_vmlinux
	run_make "$row_work/kbtf.log" "$src" btf "${module[@]}" \
		VMLINUX="$inside$src/vmlinux"
	[ "$(grep -c "$without_pahole" "$row_work/kbtf.log")" -eq "$warnings" ] ||
		die "kbtf.ko missed pahole, or not; its log is $row_work/kbtf.log"
}

main() {
	local release module=(W=1 IKHEADERS_PROC=y) selftests=() inside=
	"$e2e/root.sh" "$row"
	release=$(kernel_release)
	mkdir -p "$row_work"
	if is_foreign; then
		inside=$root
		unpack_archive
		selftests=(CC="$(cross_compile "$arch_linux")gcc")
		module+=(ARCH="$arch_linux" KDIR="$row_work/headers"
			CROSS_COMPILE="$(cross_compile "$arch_linux")"
			IKHEADERS_ARCHIVE="$row_work/archive.tar.xz"
			KERNELRELEASE="$release")
	else
		module+=(KDIR="/usr/src/linux-headers-$release")
	fi
	lock "$root.lock"
	copy_sources
	run_make "$row_work/build.log" "$src" modules "${module[@]}"
	[ -s "$root$src/kheaders.ko" ] || die "make left no kheaders.ko"
	ln -sfn "$root$src" "$row_work/src"
	build_kbtf
	run_make "$row_work/selftests.log" \
		"$src/tools/testing/selftests/kheaders" "${selftests[@]}"
	index_modules
}

main
