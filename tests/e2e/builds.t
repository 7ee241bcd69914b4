#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For the kernels of our own, rows of builds.tsv: they build without a warning,
# the selftests pass as the kernel tree has them run, KUnit's tests do, and the
# archive can be got from their images and from a running machine's memory. Those
# without BTF get it from kbtf.ko.
# BUILDS="NAME..." picks rows; without it, it is those of level "test".

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
become_root "$@"
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$e2e/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=boot.sh
. "$e2e/boot.sh"
trap 'rm -rf -- "$tap_tmp" "${ram-}"' EXIT

gives_back() {
	"$top/tests/extract/gives-back.sh" "$1" \
		"$row_work/guest/kheaders_data.tar.xz"
}

check_images() {
	local image
	for image in "$@"; do
		ok "$row: ${image##*/} holds the archive" gives_back "$image"
	done
}

# What a crash dump would have, though nothing has read the file.
check_memory() {
	ram=$row_work/ram
	boot_job pass VM_RAM="$ram"
	is "$(stat -c %s "$ram" 2>&1)" 1073741824 "$row: the memory was kept"
	ok "$row: it holds the archive" gives_back "$ram"
	rm -f -- "$ram"
}

# layout FORMAT FILE: where pahole says that members of structures are, and how large.
# Attributes are DWARF's alone.
layout() {
	pahole -F "$1" -C "$structures" "$2" 2>"$tap_tmp/pahole" | sed -nE \
		-e 's/ __attribute__\(\([a-z_]+(\([0-9]+\))?\)\)//g' \
		-e '/^(struct|union) /p' -e 's/.*[ *(]([^ ]+;) *(\/\* .*)/\1 \2/p' \
		-e '/\/\* size:/p'
}

# Structures of all parts of the kernel, with unions, bit fields and arrays in them.
structures=task_struct,file,inode,super_block,mm_struct,vm_area_struct,page,module
structures+=,sk_buff,sock,tcp_sock,net_device,kobject,pt_regs,cred,bpf_prog,device

# What is made of vmlinux last, and when.
types_made() {
	stat -c '%n %i %y' "$linux_obj"/kernel/{kbtf.ko,kbtf/btf.bin,kbtf/notes.bin}
}

build_kernel() {
	"$e2e/build-kernel.sh" "$row"
}

check_btf_build() {
	local before
	before=$(types_made)
	ok "$row: builds again" build_kernel
	is "$(types_made)" "$before" "$row: types are not made again"
	touch "$linux_obj/vmlinux"
	ok "$row: builds with another vmlinux" build_kernel
	ok "$row: types are made again" test "$(types_made)" != "$before"
	ok "$row: builds without pahole" "$top/tests/linux/build.sh" \
		"$row_source/$row" "$arch_linux" "$row_fragments" PAHOLE=/none modules
	is "$(cat "$linux_obj/kernel/kbtf/btf.bin")" '' "$row: without types then"
	ok "$row: builds with pahole once more" build_kernel
	ok "$row: with types" test -s "$linux_obj/kernel/kbtf/btf.bin"
}

check_btf() {
	local btf=$row_work/guest/kbtf/btf.bin
	check_btf_build
	ok "$row: kbtf.ko builds outside of the tree, too, no warning" \
		"$e2e/build-btf.sh" "$row" || return 0
	layout dwarf "$linux_obj/vmlinux" >"$tap_tmp/dwarf"
	layout btf "$btf" >"$tap_tmp/btf"
	is "$(grep -c '^struct ' "$tap_tmp/dwarf")" \
		"$(tr ',' '\n' <<<"$structures" | wc -l)" "$row: all are in DWARF"
	ok "$row: BTF has them, too, laid out alike" \
		diff "$tap_tmp/dwarf" "$tap_tmp/btf"
	boot_job kbtf
}

check_row() {
	if [[ ,$row_fragments, = *,kbtf,* ]]; then
		check_btf
		return
	fi
	boot_job kselftests
	boot_job kunit
	if [ "$row_rounds" = - ]; then
		check_images "$linux_obj"/{vmlinux,"$arch_image"}
		check_memory
	else
		boot_job unload
		check_images "$linux_obj/kernel/kheaders.ko" \
			"$row_work"/guest/lib/modules/*/kernel/kernel/kheaders.ko*
	fi
}

read -ra names <<<"${BUILDS:-$(build_names '^test$' | paste -sd ' ')}"
for name in "${names[@]}"; do
	load_row "$name"
	# shellcheck source-path=SCRIPTDIR source=arch-amd64.conf
	. "$e2e/arch-$row_arch.conf"
	if "$e2e/build-kernel.sh" "$row"; then
		pass "$row: builds, no warning"
		check_row
	else
		fail "$row: builds, no warning"
	fi
done
done_testing
