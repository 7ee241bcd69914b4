# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests that boot rows share: a job's cases become the test's own.
# Source it after lib.sh and tap.sh.

# adopt PREFIX: the guest's cases as this test's own; a skip stays one.
adopt() {
	local line name
	while read -r line; do
		name="$1: ${line#*ok - }"
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

# boot_job JOB [VAR=VALUE...]: in the row that is loaded
boot_job() {
	local job=$1 status=0
	shift
	env "$@" "$e2e/run-job.sh" "$row" "$job" >"$tap_tmp/cases" || status=$?
	adopt "$row, $job" <"$tap_tmp/cases"
	is "$status" 0 "$row, $job: as a whole"
	[ "$status" -eq 0 ] || diag "$(tail -n 60 "$row_work/$job.result")"
}
