#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The harness tells success from everything else: each job of tests/e2e/jobs
# that ends badly in its own way must be called a failure, for its own reason.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
become_root "$@"
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$e2e/../lib/tap.sh"

row=$(row_names | head -n 1)

# job_fails NAME JOB LINE [VAR=VALUE...]: the run must fail and print LINE.
job_fails() {
	local name=$1 job=$2 line=$3 status=0
	shift 3
	env VM_TIMEOUT=90 "$@" "$e2e/run-job.sh" "$row" "$job" \
		>"$tap_tmp/out" 2>"$tap_tmp/err" || status=$?
	if [ "$status" -eq 1 ] && grep -Fxq "$line" "$tap_tmp/out"; then
		pass "$name"
		return
	fi
	fail "$name"
	diag "status $status; wanted 1 and the line: $line"
	diag "$(cat "$tap_tmp/out" "$tap_tmp/err")"
}

"$e2e/root.sh" "$row"
ok "a job that passes does" env VM_TIMEOUT=120 "$e2e/run-job.sh" "$row" pass

off="not ok - the machine ran and went off"
clean="not ok - the kernel's log is clean"
end="not ok - the guest did not report its end"
job_fails "a hang" hang "$off" VM_TIMEOUT=25
job_fails "a kernel panic" panic "$clean"
job_fails "a splat of a kernel that goes on" splat "$clean"
job_fails "silence" silent "$end"
job_fails "no end marker" no-marker "$end"
job_fails "a failing case" not-ok "not ok - second"
job_fails "fewer cases than planned" truncated \
	"not ok - the report planned 2 cases and ran 1"
job_fails "no plan" no-plan "not ok - the report has no plan"
job_fails "a plan of nothing" nothing "not ok - the report planned nothing"
job_fails "a job's exit status" status "not ok - the job ended with status 1"
job_fails "a skip that the row does not allow" skip \
	"not ok - second: skipped: no reason"
job_fails "a job that does not exist" missing \
	"not ok - the job ended with status 127"
job_fails "no QEMU" pass "$off" QEMU=no-such-qemu
job_fails "no QEMU, though an earlier run left its reports" pass "$end" \
	QEMU=no-such-qemu
job_fails "a QEMU that fails" pass "$off" QEMU=/bin/false
job_fails "a QEMU that does nothing" pass "$end" QEMU=/bin/true
done_testing
