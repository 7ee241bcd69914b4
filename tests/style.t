#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What can be said of a file without running it.

set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source-path=SCRIPTDIR source=lib/tap.sh
. tests/lib/tap.sh

# The licence itself, and inputs of tests whose every byte counts.
files() {
	git ls-files --cached --others --exclude-standard |
		grep -v -e '^LICENSES/' -e '^tests/generator/strip/' \
			-e '^tests/e2e/cases/'
}

without_licence() {
	local file
	while read -r file; do
		head -n 5 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0-only' ||
			echo "$file"
	done < <(files)
}

scripts() {
	local file
	while read -r file; do
		! head -n 1 "$file" | grep -qE '^#!.*\b(ba)?sh$' || echo "$file"
	done < <(files)
}

is "$(without_licence)" '' 'every file names its licence'

mapfile -t scripts < <(scripts)
ok 'there are scripts to check' test "${#scripts[@]}" -gt 20
ok 'shellcheck has nothing to say' shellcheck "${scripts[@]}"

done_testing
