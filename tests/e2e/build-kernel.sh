#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build-kernel.sh ROW: builds the kernel of a row of builds.tsv, with kheaders in
# it, and makes the row's root. What the guest is to have of the build is in
# build/e2e/ROW/guest: the archive, the modules if there are any, and settings.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

[ "$#" -eq 1 ] || { echo "usage: ${0##*/} ROW" >&2; exit 2; }
become_root "$@"
load_row "$1"
[ -n "$row_source" ] || die "$row is a row of kernels.tsv: try build-module.sh"
# shellcheck source-path=SCRIPTDIR source=arch-amd64.conf
. "$e2e/arch-$row_arch.conf"

build() {
	"$top/tests/linux/build.sh" "$row_source/$row" "$arch_linux" \
		"$row_fragments" "$@"
}

# The links to the build tree would lead bcc nowhere.
install_modules() {
	build INSTALL_MOD_PATH="$1" INSTALL_MOD_STRIP=1 modules_install
	rm -f "$1"/lib/modules/*/{build,source}
}

main() {
	local guest=$row_work/guest
	"$e2e/root.sh" "$row_root"
	"$top/tests/linux/source.sh" "$row_source"
	lock "$row_work/lock"
	build "${arch_image##*/}" modules
	rm -rf -- "$guest.new"
	mkdir -p "$guest.new"
	cp "$linux_obj/kernel/kheaders/kheaders_data.tar.xz" "$guest.new/"
	echo "rounds=$row_rounds" >"$guest.new/settings"
	[ "$row_rounds" = - ] || install_modules "$guest.new"
	rm -rf -- "$guest"
	mv -T "$guest.new" "$guest"
}

main
