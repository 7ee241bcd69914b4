#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# For every row of kernels.tsv: the module builds without a warning against the
# stock header package, and where the row says so the selftests pass on the
# stock kernel. KERNELS="NAME..." picks rows.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
become_root "$@"
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$e2e/../lib/tap.sh"

# Prints the guest's cases as this test's own; a skip stays one.
adopt() {
	local line name
	while read -r line; do
		name="$row: ${line#*ok - }"
		case $line in
		"ok - "*" # SKIP "*)
			# Not pass(): it would quote the directive away.
			tap_count=$((tap_count + 1))
			printf 'ok %d - %s\n' "$tap_count" "$name"
			;;
		"ok - "*) pass "$name" ;;
		*) fail "$name" ;;
		esac
	done
}

boot_row() {
	local status=0
	"$e2e/run-job.sh" "$row" selftests >"$tap_tmp/cases" || status=$?
	adopt <"$tap_tmp/cases"
	is "$status" 0 "$row: the run as a whole"
	[ "$status" -eq 0 ] || diag "$(tail -n 60 "$row_work/selftests.result")"
}

read -ra names <<<"${KERNELS:-$(row_names | paste -sd ' ')}"
for name in "${names[@]}"; do
	load_row "$name"
	ok "$row: kheaders.ko builds, no warning" "$e2e/build-module.sh" "$row"
	[ "$row_level" != boot ] || boot_row
done
done_testing
