#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# `make install` puts the module where modprobe finds it, although a header
# package has no System.map.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
become_root "$@"
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$e2e/../lib/tap.sh"

load_row "$(row_names | head -n 1)"
ok "kheaders.ko is there" "$e2e/build-module.sh" "$row"
release=$(kernel_release)
target=$src/install
trap 'rm -rf -- "${root:?}$target" "$tap_tmp"' EXIT

ok "it is installed" in_root make -C "$src" install W=1 IKHEADERS_PROC=y \
	"INSTALL_MOD_PATH=$target" "KDIR=/usr/src/linux-headers-$release"
like "$(in_root modprobe -d "$target" -S "$release" -n -v kheaders 2>&1)" \
	"^insmod $target/lib/modules/$release/.*/kheaders\.ko" \
	"modprobe finds it"
ok "it is the one that was built" cmp "$root$src/kheaders.ko" \
	"$(find "$root$target" -name kheaders.ko)"
run_mustfail -s 2 -e 'no kernel build tree' "without a build tree it says so" \
	make -s -C "$top" modules KDIR=/nonexistent
done_testing
