#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For rows of kernels.tsv: the module builds without a warning against the stock
# header package, and the selftests pass on the stock kernel. Where the row has
# dkms, that builds a module with nothing but the archive. KERNELS="NAME..." picks
# rows; without it, it is those of level "test".

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
become_root "$@"
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$e2e/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=boot.sh
. "$e2e/boot.sh"

read -ra names <<<"${KERNELS:-$(row_names | paste -sd ' ')}"
for name in "${names[@]}"; do
	load_row "$name"
	ok "$row: kheaders.ko builds, no warning" "$e2e/build-module.sh" "$row"
	boot_job selftests
	if [[ ,$row_extra, = *,dkms,* ]]; then
		ok "$row: there is a package for dkms" \
			"$e2e/fetch-package.sh" "$row" acpi-call-dkms
		boot_job dkms
	fi
done
done_testing
