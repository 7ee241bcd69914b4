#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run-job.sh ROW JOB: runs a job in a guest (vm.sh) and judges it. Prints a line
# "ok - NAME" or "not ok - NAME" per case. Exit status 0 only if the guest went
# off in time, reported success in full, and its kernel had nothing to say.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

[ "$#" -eq 2 ] || { echo "usage: ${0##*/} ROW JOB" >&2; exit 2; }
load_row "$1"
job=$2
status=0

"$e2e/vm.sh" "$row" "$job" || {
	echo "not ok - the machine ran and went off"
	status=1
}
touch "$row_work/$job.result"
awk -v skips="$row_skips" -f "$e2e/cases.awk" "$row_work/$job.result" || status=1
if "$e2e/check-splat.sh" "$row_work/$job.console" >&2; then
	echo "ok - the kernel's log is clean"
else
	echo "not ok - the kernel's log is clean"
	status=1
fi
exit "$status"
