#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The KUnit suites pass by the kernel's own kunit.py, in kernels for user mode.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"

for source in 6.1 7.x; do
	ok "$source: every case of the suites passes" \
		"$(dirname "$0")/../linux/kunit.sh" "$source"
done
done_testing
