# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# What test-row.sh tests with kernels of our own. It sources this.

build_kernel() {
	"$vm/build-kernel.sh" "$row" "$@"
}

# build [ARG...]: what build-kernel.sh does first
build() {
	local status=0
	# shellcheck disable=SC2086 # a list of variables
	"$top/tests/linux/build.sh" "$row_tree" "$row_obj" "$arch_linux" \
		"$row_config" $row_make "${arch_image##*/}" modules "$@" || status=$?
	cp "$row_obj/make.log" "$tap_tmp/make"
	return "$status"
}

# What a crash dump would have, though nothing has read the file.
check_memory() {
	local ram=$row_work/ram
	trap 'put_back; rm -rf -- "$tap_tmp" "$row_work/ram"' EXIT
	VM_RAM=$ram boot pass
	is "$(stat -c %s "$ram" 2>&1)" 1073741824 'the memory was kept'
	gives_back "$ram"
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
structures+=,sk_buff,sock,unix_sock,net_device,kobject,pt_regs,cred,bpf_prog,device

# What is made of vmlinux last, and when.
types_made() {
	stat -c '%n %i %y' "$row_obj"/kernel/{kbtf.ko,kbtf/btf.bin,kbtf/notes.bin}
}

check_types_rebuild() {
	local before
	before=$(types_made)
	ok 'builds again' build
	is "$(types_made)" "$before" 'types are not made again'
	touch "$row_obj/vmlinux"
	ok 'builds with another vmlinux' build
	ok 'types are made again' test "$(types_made)" != "$before"
	ok 'builds without pahole' build PAHOLE=/none
	is "$(grep '^CONFIG_IKBTF=' "$row_obj/.config")" '' 'without kbtf.ko then'
	rm "$row_obj/configured"
	ok 'builds with pahole once more' build_kernel
	ok 'with types' test -s "$row_obj/kernel/kbtf/btf.bin"
}

check_types() {
	ok 'kbtf.ko builds outside of the tree, too, no warning' \
		"$vm/build-btf.sh" "$row" || return 0
	layout dwarf "$row_obj/vmlinux" >"$tap_tmp/dwarf"
	layout btf "$row_guest/kbtf/btf.bin" >"$tap_tmp/btf"
	is "$(grep -c '^struct ' "$tap_tmp/dwarf")" \
		"$(tr ',' '\n' <<<"$structures" | wc -l)" 'all are in DWARF'
	ok 'BTF has them, too, laid out alike' diff "$tap_tmp/dwarf" "$tap_tmp/btf"
}

check_rebuild_kernel() {
	local archive=$row_obj/kernel/kheaders/kheaders_data.tar.xz
	local image=$row_obj/vmlinux headers=$row_tree
	# A run that was killed may have left its edit.
	load_source "$row_source"
	cmp -s "$linux_src/$edited" "$row_tree/$edited" ||
		ln -f "$linux_src/$edited" "$row_tree/$edited"
	check_rebuild
}

# From outside of the tree, with its KUnit suite, for a kernel that has KUnit.
check_kunit_module() {
	local copy=$row_work/src
	copy_project "$copy"
	ok 'kheaders.ko builds outside of the tree with its tests' make -C "$copy" modules W=1 \
		-j"$(nproc)" KDIR="$row_obj" IKHEADERS_PROC=y IKHEADERS_KUNIT_TEST=m
	mkdir -p "$row_guest/external"
	ok 'both are there' cp "$copy"/{kheaders,kheaders_test}.ko "$row_guest/external/"
	ok 'make clean' make -C "$copy" clean
	is "$(cd "$copy" && find . -name '*.o' -o -name '*.ko' -o -name '*.mod*' | head)" '' \
		'leaves nothing of the build'
}

# For the job of that name
check_soak() {
	ok 'soak is built' cc -std=c11 -D_GNU_SOURCE= -O2 -Wall -Wextra -Wshadow -Wformat=2 -Werror \
		-static -I "$top/tools/testing/selftests/kheaders" -o "$row_guest/soak" "$vm/soak.c"
}

# The archive's members are those that Linux's own script packs.
check_mainline() {
	load_source "$row_source"
	check_members "Linux $release" "$linux_src" "$row_obj" "$arch_headers"
}

# What Linux's own script packs, out of Linux's own module, as tar unpacks it
check_theirs() {
	local dir=$tap_tmp/theirs
	mkdir -p "$dir/by-tar"
	ok 'tar unpacks it' tar -xJf "$row_guest/kheaders_data.tar.xz" -C "$dir/by-tar"
	ok 'the command unpacks kheaders.ko' "$row_guest/kheaders" extract -o \
		"$row_obj/kernel/kheaders.ko" -C "$dir/by-kheaders"
	ok 'to the same' diff -r "$dir/by-tar" "$dir/by-kheaders"
	is "$("$row_guest/kheaders" info "$row_obj/kernel/kheaders.ko" | grep ^kernel)" \
		"kernel:    $release, x86 (not the one that runs)" 'and knows whose it is'
}

test_own_kernel() {
	local check release
	ok 'it builds, no warning' build_kernel || return 0
	release=$(cat "$row_obj/include/config/kernel.release")
	echo "# kernel: $release"
	if [ "$row_put_in" = theirs ]; then
		: # has no markers: see check_theirs
	elif [ -e "$row_obj/kernel/kheaders.ko" ]; then
		gives_back "$row_obj/kernel/kheaders.ko" \
			"$row_guest"/lib/modules/*/kernel/kernel/kheaders.ko*
	else
		gives_back "$row_obj"/{vmlinux,"$arch_image"}
	fi
	for check in $row_checks; do
		check_"$check"
	done
	# shellcheck disable=SC2086 # a list
	boot $row_jobs
}
