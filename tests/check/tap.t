#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The TAP library itself: what must fail does fail, and says so.

set -euo pipefail
cd "$(dirname "$0")/../lib"
# shellcheck source=tests/lib/tap.sh
. ./tap.sh

# Runs one line of test code in a shell of its own and prints its verdict.
verdict() {
	bash -c "set -euo pipefail; . ./tap.sh; $1" 2>/dev/null | head -n 1
}

while IFS='|' read -r want code; do
	is "$(verdict "$code")" "$want 1 - t" "$want: $code"
done <<'CASES'
ok|ok t true
not ok|ok t false
not ok|ok t nosuchcommand
ok|is a a t
not ok|is a b t
ok|like abc '^a.c$' t
not ok|like abc '^b' t
ok|run_mustfail t false
not ok|run_mustfail t true
not ok|run_mustfail t nosuchcommand
not ok|run_mustfail t /dev/null
not ok|run_mustfail t sh -c 'kill -9 $$'
not ok|run_mustfail t sh -c 'exit 134'
ok|run_mustfail -s 2 t sh -c 'exit 2'
not ok|run_mustfail -s 2 t sh -c 'exit 1'
ok|run_mustfail -e 'no such' t sh -c 'echo no such thing >&2; exit 1'
not ok|run_mustfail -e 'no such' t sh -c 'echo oops >&2; exit 1'
not ok|run_mustfail -e . t sh -c 'echo one >&2; echo two >&2; exit 1'
not ok|run_mustfail -e . t false
ok|run_mustfail -o "$tap_tmp/f" t false
not ok|run_mustfail -o "$tap_tmp/f" t sh -c ': >"$0"; exit 1' "$tap_tmp/f"
not ok|: >"$tap_tmp/f"; run_mustfail -o "$tap_tmp/f" t sh -c 'rm "$0"; exit 1' "$tap_tmp/f"
not ok|: >"$tap_tmp/f"; run_mustfail -o "$tap_tmp/f" t sh -c 'echo >"$0"; exit 1' "$tap_tmp/f"
CASES

is "$(bash -c $'. ./tap.sh; pass "a\nb # c"')" "ok 1 - a b  no.  c" \
	"a name cannot be taken for TAP syntax"
echo '. ./tap.sh; pass a; exit 0' >"$tap_tmp/early.t"
run_mustfail "a test that stops before its plan fails" \
	prove -e bash "$tap_tmp/early.t"
private=$(bash -c '. ./tap.sh; echo "$tap_tmp"')
ok "the private directory goes away" test -n "$private" -a ! -e "$private"

done_testing
