#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build-module.sh ROW: builds kheaders.ko in the row's root, with the root's
# compiler against the root's header package, and the C parts of the selftests.
# Any warning at W=1 is a failure. The results, and the build's log, are in
# build/e2e/ROW/.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

[ "$#" -eq 1 ] || { echo "usage: ${0##*/} ROW" >&2; exit 2; }
become_root "$@"
load_row "$1"

# A copy of the sources as they were written: no build's products come along,
# and times are kept, so that only what changed is built again. What is not
# built in place is copied afresh.
copy_sources() {
	mkdir -p "$root$src"
	rm -rf -- "$root$src/tools" "$root$src/tests"
	tar -C "$top" --exclude='*.o' --exclude='*.ko' --exclude='*.mod*' \
		--exclude='.*.cmd' --exclude='.*.d' --exclude='*.tar.xz' \
		--exclude=scripts/kheaders/strip_comments \
		--exclude=scripts/kheaders/plan_blocks -cf - Makefile Kbuild kernel scripts tools tests/e2e |
		tar -C "$root$src" --no-same-owner -xf -
}

# There is no vmlinux in a header package to take its types from.
harmless='^Skipping BTF generation for .* due to unavailability of vmlinux$'

# run_make LOG ARG...: shows what make says only if something is wrong.
run_make() {
	local log=$1 status=0
	shift
	in_root timeout -k 10 "${BUILD_TIMEOUT:-900}" make -j"$(nproc)" "$@" \
		>"$log" 2>&1 || status=$?
	if [ "$status" -ne 0 ]; then
		tail -n 30 "$log" >&2
		die "make failed with status $status; its log is $log"
	fi
	if grep -iE 'warning' "$log" | grep -vE "$harmless" >&2; then
		die "the compiler warned; the build's log is $log"
	fi
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
	in_root depmod -b "$stage" "$release"
	rm -rf -- "$root$stage/$dir"/{kernel,extra}
}

main() {
	local release
	"$e2e/root.sh" "$row"
	lock "$root.lock"
	release=$(kernel_release)
	mkdir -p "$row_work"
	copy_sources
	run_make "$row_work/build.log" -C "$src" modules W=1 IKHEADERS_PROC=y \
		"KDIR=/usr/src/linux-headers-$release"
	[ -s "$root$src/kheaders.ko" ] || die "make left no kheaders.ko"
	ln -sfn "$root$src" "$row_work/src"
	[ "$row_level" = boot ] || return 0
	run_make "$row_work/selftests.log" \
		-C "$src/tools/testing/selftests/kheaders"
	index_modules
}

main
