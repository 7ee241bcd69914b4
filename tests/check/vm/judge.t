#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What judge.awk makes of reports by the runner of the kernel's selftests, and of
# KUnit's results: every case is found, and whatever is missing is noticed.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../../lib/tap.sh
. "$here/../../lib/tap.sh"

skips='one: all
one: needs luck'
end='# vm: end of job, status 0'

# judged NAME WANT: of the report on standard input. The exit status must say
# whether there is a "not ok".
judged() {
	local name=$1 want=$2 status=0 due=0 got
	got=$(SKIPS=$skips awk -f "$here/../../vm/judge.awk") || status=$?
	[[ $want != *'not ok'* ]] || due=1
	is "$got, status $status" "$want, status $due" "$name"
}

# A run of one program, which says what is on standard input.
run_by_kernel() {
	printf '%s\n' "make[1]: Entering directory '/somewhere'" \
		'TAP version 13' 1..1 '# timeout set to 600' \
		'# selftests: directory: one.sh'
	sed 's/^/# /'
	printf '%s\n' "$1" "$end"
}

# runs NAME WANT [RESULT]: the same, judged. RESULT is what becomes of the run.
runs() {
	judged "$1" "$2" < <(run_by_kernel "${3-ok 1 selftests: directory: one.sh}")
}

runs 'a program that passes' 'ok - one: a case
ok - one: another' <<'IN'
TAP version 13
1..2
# ok 1 explanation, not a result
ok 1 a case
ok 2 another
IN
runs 'a skip that is allowed' 'ok - one: a case
ok - one: needs luck # SKIP none left' <<'IN'
1..2
ok 1 a case
ok 2 needs luck # SKIP none left
IN
runs 'a skip that is not' 'ok - one: a case
not ok - one: needs no luck: skipped: none left' <<'IN'
1..2
ok 1 a case
ok 2 needs no luck # SKIP none left
IN
runs 'a program that may be skipped' 'ok - one: all # SKIP not here' \
	'ok 1 selftests: directory: one.sh # SKIP' <<'IN'
1..0 # SKIP not here
IN
runs 'a program that is skipped without a word' 'not ok - one has no plan' \
	'ok 1 selftests: directory: one.sh # SKIP' </dev/null
runs 'a program that says nothing' 'not ok - one has no plan' </dev/null
runs 'a case that fails' 'ok - one: a case
not ok - one: another' 'not ok 1 selftests: directory: one.sh # exit=1' <<'IN'
1..2
ok 1 a case
not ok 2 another
IN
runs 'a case that fails, though the program does not' \
	'not ok - one: a case' <<'IN'
1..1
not ok 1 a case
IN
runs 'a program that fails, though no case does' 'ok - one: a case
not ok - one.sh # exit=1' 'not ok 1 selftests: directory: one.sh # exit=1' <<'IN'
1..1
ok 1 a case
IN
runs 'a failure that somebody expected' 'ok - one: a case
not ok - one.sh # XFAIL' 'ok 1 selftests: directory: one.sh # XFAIL' <<'IN'
1..1
ok 1 a case
IN
runs 'fewer cases than planned' 'ok - one: a case
not ok - one planned 2 cases and ran 1' <<'IN'
1..2
ok 1 a case
IN
runs 'a program that gives up' 'not ok -   Bail out! no idea
not ok - one planned 2 cases and ran 0' <<'IN'
1..2
Bail out! no idea
IN
judged 'fewer programs than planned' 'ok - one: a case
not ok - the report planned 2 cases and ran 1' <<IN
1..2
# selftests: directory: one.sh
# 1..1
# ok 1 a case
ok 1 selftests: directory: one.sh
$end
IN
judged 'a program that has no result' 'ok - one: a case
not ok - one did not come to an end
ok - two: a case
not ok - the report: case 2 came as number 1
not ok - the report planned 2 cases and ran 1' <<IN
1..2
# selftests: directory: one.sh
# 1..1
# ok 1 a case
# selftests: directory: two.sh
# 1..1
# ok 1 a case
ok 2 selftests: directory: two.sh
$end
IN
judged 'a program that is missing' 'not ok - one has no plan' <<IN
1..1
# selftests: directory: one.sh
# Warning: file one.sh is missing!
not ok 1 selftests: directory: one.sh
$end
IN

# As the kernel's log has it, but indented by 2.
judged 'KUnit' 'ok - suite: first
not ok - suite: second' <<IN
KTAP version 1
1..1
  KTAP version 1
  # Subtest: suite
  1..2
  ok 1 first
    # second: EXPECTATION FAILED at some/file.c:1
    Expected 1 == 2
  not ok 2 second
# suite: pass:1 fail:1 skip:0 total:2
not ok 1 suite
$end
IN

# What a job says itself.
judged 'silence' 'not ok - the guest did not report the end
not ok - the report has no plan' </dev/null
judged 'no plan' 'ok - first
not ok - the report has no plan' <<IN
KTAP version 1
ok 1 first
$end
IN
judged 'a plan of nothing' 'not ok - the report planned nothing' <<IN
1..0
$end
IN
judged 'a failing case' 'ok - first
not ok - second' <<IN
1..2
ok 1 first
not ok 2 second
$end
IN
judged "a job's exit status" 'ok - first
not ok - the job ended with status 127' <<IN
1..1
ok 1 first
# vm: end of job, status 127
IN
judged 'no end marker' 'ok - first
not ok - the guest did not report the end' <<IN
1..1
ok 1 first
IN
done_testing
