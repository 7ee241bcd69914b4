#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The KUnit suites pass in a kernel for user mode. KUNIT_ON="SOURCE:ARCH..." picks
# others.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

for kernel in ${KUNIT_ON:-6.1:um}; do
	name=${kernel%:*} arch=${kernel#*:}
	ok "$name, $arch: every case of the suites passes" \
		"$linux_dir/kunit.sh" "$name" "$arch"
done
done_testing
