#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For the kernels of our own, rows of builds.tsv: they build without a warning,
# the selftests pass as the kernel tree has them run, KUnit's tests do, and the
# archive can be got from their images and from a running machine's memory.
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

check_row() {
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
