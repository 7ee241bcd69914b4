#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kunit.sh NAME: runs the KUnit suites in a Linux source, as a kernel for user mode,
# by the kernel's own kunit.py. Says what kunit.py says; what it builds is kept in
# build/rows/kunit-NAME.
#
# That kunit.py is content is not enough: with nothing to run it is, too. Every
# case that the suites' sources list has to have passed, but for those that are
# skipped for the reasons given below.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

[ "$#" -eq 1 ] || { echo "usage: ${0##*/} NAME" >&2; exit 2; }
work=$top/build/rows/kunit-$1
log=$work/kunit.log

mkdir -p "$work"
"$linux_dir/tree.sh" "$1" "$work/tree"
lock "$work/lock"
say "running the KUnit suites on Linux $1 (building takes minutes, once)"
status=0
(cd "$work/tree" && timeout -k 10 3000 \
	tools/testing/kunit/kunit.py run --jobs="$(nproc)" \
	--kunitconfig=lib/kunit-tests/.kunitconfig --build_dir="$work/obj" \
	</dev/null) 2>&1 | tee "$log" || status=$?
[ "$status" -eq 0 ] || die "kunit.py failed with status $status"

mapfile -t cases < <(sed -n 's/^	KUNIT_CASE(\(.*\)),$/\1/p' \
	"$work/tree"/lib/kunit-tests/*_test.c)
[ "${#cases[@]}" -gt 0 ] || die "the suites have no cases"

# Built into UML, the file cannot be mapped. The others need Linux 6.11.
skipped=' mapping_shows_archive mmap_refuses_what_must_not_be '
[ "$1" != 6.1 ] || skipped+='proc_file_is_read_in_full '
for case in "${cases[@]}"; do
	verdict="\[PASSED\] $case\$"
	[[ $skipped != *" $case "* ]] || verdict="\[SKIPPED\] $case\( \|\$\)"
	grep -q "$verdict" "$log" || die "$case: not as expected: $verdict"
done
say "all ${#cases[@]} cases passed on Linux $1, but for those skipped:$skipped"
