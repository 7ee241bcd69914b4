#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The KUnit suite passes in a kernel for user mode. KUNIT_ON="SOURCE:ARCH..." picks
# others.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

# suite NAME ARCH: every case of the suite is a case here.
suite() {
	local case log
	ok "$1, $2: the suite passes" "$linux_dir/kunit.sh" "$1" "$2"
	load_source "$1"
	log=$linux_work/kunit-$2/kunit.log
	while read -r case; do
		ok "$1, $2: $case" grep -q "\[PASSED\] $case\$" "$log"
	done < <(sed -n 's/^	KUNIT_CASE(\(.*\)),$/\1/p' \
		"$top/lib/kunit-tests/kheaders_test.c")
}

for kernel in ${KUNIT_ON:-6.1:um}; do
	suite "${kernel%:*}" "${kernel#*:}"
done
done_testing
