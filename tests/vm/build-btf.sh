#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build-btf.sh ROW: for the row's kernel that has been built, with kbtf.ko in it,
# builds that module outside of the kernel tree; another one for another build of
# that kernel; and one without pahole. What the guest is to have of them is in
# build/rows/ROW/guest/kbtf.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=rows.sh
. "$(dirname "$0")/rows.sh"

[ "$#" -eq 1 ] || { echo "usage: ${0##*/} ROW" >&2; exit 2; }
load_row "$1"
copy=$row_work/src guest=$row_guest/kbtf
log=$row_work/btf.log

without_pahole='^gen_btf: warning: making no BTF: there is no /none$'

# What new kernels say to that, and old ones by themselves.
harmless='^warning: pahole version differs from the one used to build the kernel$'
harmless+="|include/linux/mmzone\.h.*nid.* set but not used|$without_pahole"

# run_make ARG...: any warning is a failure
run_make() {
	local status=0
	timeout -k 10 900 make -C "$copy" btf W=1 KDIR="$row_obj" \
		"$@" >"$log" 2>&1 || status=$?
	judge_make "$status" "$log" "$harmless"
}

# The same kernel but for a bit of its build ID, as after another build.
make_foreign_vmlinux() {
	local id
	id=$(readelf -n "$row_obj/vmlinux" | sed -n 's/.*Build ID: //p')
	[ -n "$id" ] || die "$row_obj/vmlinux has no build ID"
	objcopy --dump-section .notes="$tmp/notes" -O binary --only-section=.notes \
		"$row_obj/vmlinux" "$tmp/rest"
	# shellcheck disable=SC2016 # perl's variables
	perl -0777 -pi -e 'BEGIN { $id = pack "H*", shift; $new = $id ^ "\1" }
		s/\Q$id\E/$new/ or die "it is not among the notes\n"' \
		"$id" "$tmp/notes"
	objcopy --update-section .notes="$tmp/notes" "$row_obj/vmlinux" \
		"$tmp/vmlinux"
}

lock "$row_work/btf.lock"
tmp=$(mktemp -d "$row_work/tmp.XXXXXX")
trap 'rm -rf -- "$tmp"' EXIT
rm -rf -- "$guest"
mkdir -p "$guest"
copy_project "$copy"

cp "$row_obj/kernel/kbtf.ko" "$guest/in-tree.ko"
cp "$row_obj/kernel/kbtf/btf.bin" "$guest/"
run_make VMLINUX="$row_obj/vmlinux"
cp "$copy/kbtf.ko" "$guest/external.ko"
cmp "$copy/kernel/kbtf/btf.bin" "$guest/btf.bin" ||
	die "in the tree and outside of it there is other BTF"
make_foreign_vmlinux
run_make VMLINUX="$tmp/vmlinux"
cp "$copy/kbtf.ko" "$guest/foreign.ko"
run_make VMLINUX="$row_obj/vmlinux" PAHOLE=/none
grep -q "$without_pahole" "$log" || die "pahole was not missed; the log is $log"
cp "$copy/kbtf.ko" "$guest/empty.ko"
