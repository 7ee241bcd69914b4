#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build-kernel.sh ROW [ARG...]: builds the row's kernel, mostly with kheaders in it, in
# build/rows/ROW, and makes the row's root. What the guest is to have of the build is
# in build/rows/ROW/guest. Make gets the further arguments.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=rows.sh
. "$(dirname "$0")/rows.sh"

[ "$#" -ge 1 ] || { echo "usage: ${0##*/} ROW [ARG...]" >&2; exit 2; }
load_row "$1"
shift
[ -n "$row_source" ] || die "$row has a stock kernel: try build-module.sh"

# build [ARG...]
build() {
	# shellcheck disable=SC2086 # a list of variables
	"$top/tests/linux/build.sh" "$row_tree" "$row_obj" "$arch_linux" \
		"$row_config" $row_make "$@"
}

# The links to the build tree would lead bcc nowhere.
install_modules() {
	build INSTALL_MOD_PATH="$row_guest.new" INSTALL_MOD_STRIP=1 modules_install
	rm -f "$row_guest.new"/lib/modules/*/{build,source}
}

"$vm/root.sh" "$row_root"
"$top/tests/linux/tree.sh" "$row_source" "$row_tree" ${row_put_in:+"$row_put_in"}
lock "$row_work/lock"
build "${arch_image##*/}" modules "$@"
rm -rf -- "$row_guest.new"
mkdir "$row_guest.new"
if [ "$row_put_in" = theirs ]; then
	cp "$row_obj/kernel/kheaders_data.tar.xz" "$row_guest.new/"
else
	cp "$row_obj/kernel/kheaders/kheaders_data.tar.xz" "$row_guest.new/"
fi
printf '%s\n' KHEADERS_PROC=y "rounds=$row_rounds" "seconds=$row_seconds" \
	>"$row_guest.new/settings"
[ ! -e "$row_obj/kernel/kheaders.ko" ] || install_modules
rm -rf -- "$row_guest"
mv -T "$row_guest.new" "$row_guest"
