#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# test-row.sh FILE: tests the kernel that tests/boot/NAME.conf or tests/slow/NAME.conf
# describes, and says so in TAP.
#
# With a stock kernel: its header package is packed to what Linux packs; the module
# builds without a warning, is built again if there is a cause and only then, and can
# be installed; the row's jobs pass in a guest.
#
# With the packages of make deb: they are installed, do their work, and leave nothing.
#
# With a kernel of our own: it builds without a warning, and again only if there is a
# cause; its images give the archive back; the row's jobs pass in a guest.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=rows.sh
. "$(dirname "$0")/rows.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$top/tests/lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rebuild.sh
. "$top/tests/lib/rebuild.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/headers.sh
. "$top/tests/lib/headers.sh"
# shellcheck source-path=SCRIPTDIR source=../linux/lib.sh
. "$top/tests/linux/lib.sh"
[ "$#" -eq 1 ] || { echo "usage: ${0##*/} FILE" >&2; exit 2; }
name=${1##*/}
load_row "${name%.conf}"

# boot JOB...: the guest's cases become this test's own; a skip stays one.
boot() {
	local status=0 line
	"$vm/run-jobs.sh" "$row" "$@" >"$tap_tmp/cases" || status=$?
	while read -r line; do
		case $line in
		"ok - "*" # SKIP "*)
			# Not pass(): it would quote the directive away.
			tap_count=$((tap_count + 1))
			printf 'ok %d - %s\n' "$tap_count" "${line#ok - }"
			;;
		"ok - "*) pass "${line#ok - }" ;;
		*) fail "${line#not ok - }" ;;
		esac
	done <"$tap_tmp/cases"
	is "$status" 0 "$*: as a whole"
	sed -n 's/^ *\(# soak: .*\)/\1/p' "$row_work/$1.result"
	[ "$status" -eq 0 ] || diag "$(tail -n 60 "$row_work/$1.result")"
}

# gives_back IMAGE...: each holds the archive that the guest is to have.
gives_back() {
	local image
	for image in "$@"; do
		ok "${image##*/} holds the archive" "$top/tests/lib/gives-back.sh" \
			"$image" "$row_guest/kheaders_data.tar.xz"
	done
}

# For the job of that name, and for others
check_command() {
	ok 'the command is built, statically' flock "$top/build/tools.lock" make -C "$top" tools-static
	cp "$top/build/tools/static/kheaders" "$row_guest/"
}

if [ -n "$row_deb" ]; then
	# shellcheck source-path=SCRIPTDIR source=packages.sh
	. "$vm/packages.sh"
	test_packages
elif [ -z "$row_source" ]; then
	# shellcheck source-path=SCRIPTDIR source=stock.sh
	. "$vm/stock.sh"
	# shellcheck source-path=SCRIPTDIR source=layouts.sh
	. "$vm/layouts.sh"
	test_stock_kernel
else
	# shellcheck source-path=SCRIPTDIR source=own.sh
	. "$vm/own.sh"
	test_own_kernel
fi
done_testing
