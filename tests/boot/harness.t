#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Virtual machines tell success from everything else: each job of tests/vm/guest/fakes
# that ends badly in its own way must be called a failure, for its own reason. What is
# wrong with a report alone needs no machine: tests/check/vm/judge.t.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../vm/rows.sh
. "$(dirname "$0")/../vm/rows.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$top/tests/lib/tap.sh"

# What the row of that kernel leaves is not touched.
export VM_WORK=$top/build/rows/harness
load_row debian-6.1
"$vm/root.sh" "$row"

# run_fails NAME JOB LINE [VAR=VALUE...]: the run must fail and print LINE.
run_fails() {
	local name=$1 job=$2 line=$3 status=0
	shift 3
	# shellcheck disable=SC2086 # may be several
	env "$@" "$vm/run-jobs.sh" "$row" $job >"$tap_tmp/out" 2>"$tap_tmp/err" ||
		status=$?
	if [ "$status" -eq 1 ] && grep -Fxq "$line" "$tap_tmp/out"; then
		pass "$name"
		return
	fi
	fail "$name"
	diag "status $status; wanted 1 and the line: $line"
	diag "$(cat "$tap_tmp/out" "$tap_tmp/err")"
}

# The guest had got as far as to run the job.
had_begun() {
	ok "$1: it had begun" grep -qx "ok 2 second.*" "$row_work/$2.result"
}

off="not ok - the machine ran and went off"
clean="not ok - the kernel's log is clean"
SECONDS=0
ok "a job that passes does" env VM_TIMEOUT=300 "$vm/run-jobs.sh" "$row" pass
# Twice as long is enough for a guest to get there, whatever else goes on here.
limit=$((SECONDS * 2 + 15))
run_fails "a hang" hang "$off" VM_TIMEOUT="$limit"
had_begun "a hang" hang
run_fails "a kernel panic" panic "$clean" VM_TIMEOUT=300
had_begun "a kernel panic" panic
run_fails "a splat of a kernel that goes on" splat "$clean" VM_TIMEOUT=300
had_begun "a splat" splat
run_fails "no end marker" no-marker \
	"not ok - no-marker: the guest did not report the end" VM_TIMEOUT=300
run_fails "no QEMU" pass "$off" QEMU=no-such-qemu
end="not ok - pass: the guest did not report the end"
run_fails "no QEMU, though an earlier run left its reports" pass "$end" \
	QEMU=no-such-qemu
run_fails "a QEMU that fails" pass "$off" QEMU=/bin/false
run_fails "a QEMU that does nothing" pass "$end" QEMU=/bin/true

# Of two jobs the first one was done when the machine went off.
cat >"$tap_tmp/qemu" <<'SH'
#!/bin/sh
for argument; do
	case $argument in
	file:*) echo 'Linux version 1' >"${argument#file:}" ;;
	file,id=result,*) result=${argument##*path=} ;;
	esac
done
printf '%s\n' '# vm: job pass' '1..1' 'ok 1 case' '# vm: end of pass, status 0' >"$result"
SH
chmod +x "$tap_tmp/qemu"
run_fails "a second job that never began" "pass hang" \
	"not ok - hang: the guest did not report the end" QEMU="$tap_tmp/qemu"
ok "the first one passes all the same" grep -qx "ok - pass: case" "$tap_tmp/out"
done_testing
