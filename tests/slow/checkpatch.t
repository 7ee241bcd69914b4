#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What the newest Linux and sparse say of the kernel's side. Where they are wrong, the
# reason stands here.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"

load_source 7.x
ok 'there are sources' "$linux_dir/source.sh" 7.x

# A file is taken for a patch that adds it: checkpatch would want MAINTAINERS to know.
# The callbacks of kernels up to 6.12 take attributes that are not const.
mapfile -t files < <(cd "$top" && git ls-files 'kernel/*.[chS]' 'lib/*.[ch]' \
	'tools/testing/selftests/*.[ch]' '*/Kconfig' 'scripts/*.c')
ok 'there are files to check' test "${#files[@]}" -gt 15
for file in "${files[@]}"; do
	"$linux_src/scripts/checkpatch.pl" --strict --no-tree --terse --file \
		--ignore FILE_PATH_CHANGES "$top/$file" >"$tap_tmp/said" 2>&1 || true
	ok "$file was looked at" grep -q '^total: ' "$tap_tmp/said"
	is "$(grep -v -e '^total: ' -e '^$' -e 'struct bin_attribute should normally be const' \
		"$tap_tmp/said")" '' "$file: checkpatch --strict has nothing to say"
done

# Debian's sparse takes the kernel's own headers to task, too.
work=$top/build/rows/sparse
mkdir -p "$work"
ok 'kheaders can be put in' "$linux_dir/tree.sh" 7.x "$work/tree"
build() {
	"$linux_dir/build.sh" "$work/tree" "$work/obj" x86_64 "compile CONFIG_IKHEADERS=y
		CONFIG_IKHEADERS_PROC=y CONFIG_KUNIT=y CONFIG_IKHEADERS_KUNIT_TEST=y
		CONFIG_IKBTF_KUNIT_TEST=y" "$@"
}
ok 'a kernel can be built' build prepare
rm -rf "$work"/obj/{kernel/kheaders,kernel/kbtf,lib/kunit-tests}/*.o
ok 'sparse runs' build C=2 kernel/kheaders/{kheaders,check,blob,proc}.o \
	lib/kunit-tests/{kheaders,kbtf}_test.o
is "$(grep -c '^  CHECK ' "$work/obj/make.log")" 6 'it has looked at every file'
is "$(grep -E '(kernel/k(headers|btf)|lib/kunit-tests)/.*(warning|error):' \
	"$work/obj/make.log")" '' 'sparse has nothing to say'
done_testing
