#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What check-splat.sh makes of the console logs in cases/: each has the log and
# the exit status that is due.

set -euo pipefail
e2e=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$e2e/../lib/tap.sh"

for dir in "$e2e"/cases/*; do
	status=0
	"$e2e/check-splat.sh" "$dir/console" >/dev/null || status=$?
	is "$status" "$(cat "$dir/status")" "${dir##*/}"
done
run_mustfail -s 1 "a log that does not exist" \
	"$e2e/check-splat.sh" "$e2e/cases/none/console"
done_testing
