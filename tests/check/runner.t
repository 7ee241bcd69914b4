#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tests/run: every row is counted for what it is, and what has passed at this commit
# is not run again; and tests/matrix, which tells of it.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

tests=$(cd "$(dirname "$0")/.." && pwd)
project=$tap_tmp/project
mkdir -p "$project"/tests/{boot,check/part,slow,vm,lib}
cp "$tests"/{run,matrix} "$project/tests/"

# row NAME LINE...: a test that says that it has run, and then these lines
row() {
	printf '%s\n' '#!/bin/sh' "echo $1 >>'$tap_tmp/ran'" "${@:2}" \
		>"$project/tests/$1"
	chmod +x "$project/tests/$1"
}

row check/good.t 'echo "ok 1 - a"' 'echo "ok 2 - b # SKIP no luck"' 'echo 1..2'
row check/part/deep.t 'echo "ok 1 - a"' 'echo 1..1'
# shellcheck disable=SC2016 # that script's own
row vm/test-row.sh 'echo "# kernel: 9.9-$(basename "$1")"' \
	'echo "# seconds: ${SOAK_SECONDS-as ever}"' 'echo "ok 1 - a"' 'echo 1..1'
touch "$project"/tests/{boot/kernel.conf,slow/other.conf}
row slow/bad.t 'echo "ok 1 - a"' 'echo "not ok 2 - b"' 'echo "# for this reason" >&2' \
	'echo 1..2'
git() {
	command git -C "$project" -c user.name=A -c user.email=a@example.org "$@"
}
git init -q
echo /build/ >"$project/.gitignore"
git add -A
git commit -qm first

# Runs it as root, or it would ask for that itself.
be_root=()
[ "$(id -u)" -eq 0 ] || be_root=(unshare --map-root-user)
run() {
	rm -f "$tap_tmp/ran"
	"${be_root[@]}" "$project/tests/run" "$@" >"$tap_tmp/said" 2>&1
}

# said ROW: its line of the table, without the time
said() {
	sed -nE "s,^$1 +([^ ]+) +[0-9]+ +([0-9]+) +([0-9]+) +([0-9]+).*,\1 \2 \3 \4,p" \
		"$tap_tmp/said"
}

ran() {
	sort "$tap_tmp/ran" | paste -sd ' '
}

ok 'what passes passes' run check
is "$(said check/good)" '- 1 0 1' 'with so many passed, failed and skipped'
is "$(tail -n 1 "$tap_tmp/said")" '2 passed, 0 failed, 1 skipped' 'and the sum'
is "$(ran)" 'check/good.t check/part/deep.t' 'just the rows of that door have run'
run_mustfail -s 1 'one failure fails all' run test-all
is "$(said slow/bad)" '- 1 1 0' 'it is counted'
ok 'and explained' grep -q 'for this reason' "$tap_tmp/said"
ok 'and kept' grep -q 'for this reason' "$project/build/results/slow/bad.log"
is "$(said boot/kernel)" '9.9-kernel.conf 1 0 0' 'a row says which kernel it has tried'
like "$(tail -n 1 "$project/build/results.tsv")" \
	"^20..-..-.. ..:..:..	$(git rev-parse --short=12 HEAD)	[a-z/]+	[^	]+	[0-9]+	[0-9]+	[0-9]+	[0-9]+$" \
	'a result has date, commit, row, kernel, seconds and counts'

run_mustfail -s 1 'it still fails' run test-all
is "$(ran)" slow/bad.t 'but what has passed is not run again'
is "$(said slow/other)" '9.9-other.conf 1 0 0' 'though it is in the table'
run_mustfail -s 1 'unless asked' run --again test-all
is "$(wc -l <"$tap_tmp/ran")" 5 'all have run'
ok 'a single row, by its name' run deep
is "$(ran)" check/part/deep.t 'has run alone'

# seconds: what the row was told
seconds() {
	sed -n 's/^# seconds: //p' "$project/build/results/slow/other.log"
}

ok 'a row for longer' run --soak 7 other
is "$(seconds)" 7 'is told so'
export SOAK_SECONDS=9
ok 'a row as ever' run other
is "$(seconds)" 'as ever' 'is told nothing, whatever is exported'
unset SOAK_SECONDS
like "$(cat "$tap_tmp/said")" 'running 1 of 5 rows' 'which is said'

mkdir -p "$project/Documentation/kheaders"
printf '%s\n' before '<!-- from tests/matrix -->' old '<!-- end -->' after >"$project/README.md"
: >"$project/tests/results.tsv"
printf 'row_arch=s390x\n' >"$project/tests/slow/other.conf"
printf '# A description. More.\n' >"$project/tests/slow/new.conf"
ok 'a table is made of the results' "$project/tests/matrix"
is "$(cat "$project/README.md")" 'before
<!-- from tests/matrix -->
| Linux | processor | rows that passed | cases passed | skipped | all tried since |
|---|---|---|---|---|---|
| 9.9 | amd64 | 1 of 1 | 1 | 0 | '"$(date -u +%F)"' |
| 9.9 | s390x | 1 of 1 | 1 | 0 | '"$(date -u +%F)"' |

Not tried yet: 1 of 4 rows.
<!-- end -->
after' 'README has it'
is "$(grep -A 8 -e '- bad$' "$project/Documentation/kheaders/tested.rst" | sed 's/^ *- *//' | xargs)" \
	"* - bad - $(date -u +%F) $(git rev-parse --short=12 HEAD) 1 1 0 * - new" \
	'and the page says what failed'
ok 'which is checked' "$project/tests/matrix" --check
sed -i 's/s390x | 1 of 1 | 1/s390x | 1 of 1 | 2/' "$project/README.md"
run_mustfail -e 'README.md: is not what' 'a figure that somebody typed' \
	"$project/tests/matrix" --check
ok 'is put right' "$project/tests/matrix"
ok 'by another result, too' "$project/tests/matrix" --check
printf '2999-01-01 00:00:00\tabc-changed\tslow/other\t9.9\t1\t5\t0\t0\n' \
	>"$project/build/changed.tsv"
ok 'what was not committed' "$project/tests/matrix" "$project/build/changed.tsv"
ok 'does not count' "$project/tests/matrix" --check
sed 's/-changed//' "$project/build/changed.tsv" >"$project/build/later.tsv"
ok 'a later result' "$project/tests/matrix" "$project/build/later.tsv"
ok 'does' grep -q '^| 9.9 | s390x | 1 of 1 | 5 | 0 | 2999-01-01 |' "$project/README.md"
printf '2001-01-01 00:00:00\tabc\tslow/new\t9.9\t1\t3\t0\t0\n' >"$project/build/earlier.tsv"
ok 'an earlier one, of another row' "$project/tests/matrix" "$project/build/earlier.tsv"
ok 'is what its kernel was tried since' \
	grep -q '^| 9.9 | amd64 | 2 of 2 | 4 | 0 | 2001-01-01 |' "$project/README.md"
git clean -qfd
git checkout -q .

row slow/bad.t 'echo "ok 1 - a"'
run_mustfail -s 1 'a row that breaks off fails' run bad
is "$(said slow/bad)" '- 1 1 0' 'with a failure'
row slow/bad.t 'echo "ok 1 - a"' 'echo 1..1' 'exit 3'
run_mustfail -s 1 'so does one whose status is bad' run bad
row slow/bad.t 'exit 0'
run_mustfail -s 1 'and one that says nothing' run bad
run_mustfail -s 1 'changes that are not committed are always tried' run test-all
is "$(wc -l <"$tap_tmp/ran")" 5 'all have run'
for word in nosuch '' ; do
	run_mustfail "no such row: '$word'" run "$word"
done
run_mustfail -s 2 'no row at all' run
flock "$project/build/run.lock" sleep 5 &
run_mustfail -e 'another one is at work here' 'two at once' "$project/tests/run" deep
kill "$!"
done_testing
