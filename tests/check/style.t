#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What can be said of a file without running it.

set -euo pipefail
cd "$(dirname "$0")/../.."
# shellcheck source=tests/lib/tap.sh
. tests/lib/tap.sh

# The licence itself, inputs of tests whose every byte counts, messages of commits, and
# what others' programs read that know no comments.
files() {
	git ls-files --cached --others --exclude-standard |
		grep -v -e '^LICENSES/' -e '^tests/check/generator/strip/' \
			-e '/fuzz/corpus' \
			-e '^scripts/kheaders/series/.*[.]msg$' \
			-e '^scripts/kheaders/series/cover-letter$' -e '^NEWS$' -e '^VERSION$' \
			-e '^packaging/debian/\(changelog\|copyright\|source/format\)$'
}

# those PROGRAM: the files that this awk program prints the names of
those() {
	files | xargs -d '\n' awk "$1 { print FILENAME }"
}

licence='SPDX-License-Identifier: (GPL-2.0-only|LGPL-2.1-or-later)'
is "$(those "FNR <= 5 && /$licence/" | grep -vxFf - <(files))" '' \
	'every file names its licence'
is "$(those 'FNR <= 5 && /Identifier: LGPL/' | grep -v '^tools/kheaders/lib')" '' \
	'that of the library is only for the library'

mapfile -t scripts < <(those 'FNR == 1 && /^#!.*[ \/](ba)?sh$/')
ok 'there are scripts to check' test "${#scripts[@]}" -gt 20
ok 'shellcheck has nothing to say' shellcheck "${scripts[@]}"

# checkpatch.pl says the same of what goes into Linux, in slow/series.
mapfile -t for_linux < <(files |
	grep -E '^(kernel|lib|scripts|tools/testing)/(.*[.](c|h|S|sh)|.*/extract-ikheaders)$')
ok 'there are files for Linux' test "${#for_linux[@]}" -gt 50
is "$(awk '{ gsub(/\t/, "        ") } length > 100 { print FILENAME ":" FNR }' "${for_linux[@]}")" '' \
	'none has a line of more than 100 columns'

ok 'what is said of kernels that were tried is what was found' tests/matrix --check

done_testing
