#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# run-jobs.sh ROW JOB...: runs jobs in a guest (boot.sh) and judges them. Prints a
# line "ok - NAME" or "not ok - NAME" per case. Exit status 0 only if the guest went
# off in time, every job reported success in full, and the kernel had nothing to say.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=rows.sh
. "$(dirname "$0")/rows.sh"

[ "$#" -ge 2 ] || { echo "usage: ${0##*/} ROW JOB..." >&2; exit 2; }
load_row "$1"
shift
prefix=$row_work/$1
status=0

"$vm/boot.sh" "$row" "$@" || {
	echo "not ok - the machine ran and went off"
	status=1
}
touch "$prefix.result"
for job in "$@"; do
	sed -n "/^# vm: job $job\r*\$/,/^# vm: end of $job,/p" "$prefix.result" |
		SKIPS=$(printf '%s\n' "${row_skips[@]}") awk -f "$vm/judge.awk" |
		sed -E "s/^((not )?ok - )/\1$job: /" || status=1
done
if "$vm/check-splat.sh" "$prefix.console" >&2; then
	echo "ok - the kernel's log is clean"
else
	echo "not ok - the kernel's log is clean"
	status=1
fi
exit "$status"
