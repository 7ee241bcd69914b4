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

# checkpatch FILE...: what it says, and nothing if all is well
checkpatch() {
	"$linux_src/scripts/checkpatch.pl" --strict --no-tree --terse --file "$@" 2>&1 |
		grep -v '^total: ' || true
}

# A file is taken for a patch that adds it: checkpatch would want MAINTAINERS to know.
# The callbacks of kernels up to 6.12 take attributes that are not const; and whether
# KUnit has a function can be told by the version alone.
printf '%s\n' '// SPDX-License-Identifier: GPL-2.0-only' 'int  x ;' >"$tap_tmp/bad.c"
like "$(checkpatch "$tap_tmp/bad.c")" 'bad.c:2: ' 'checkpatch works'
for file in $(cd "$top" && git ls-files kernel lib | grep -E '[.][chS]$|Kconfig$'); do
	is "$(checkpatch --ignore FILE_PATH_CHANGES,LINUX_VERSION_CODE,CONSTANT_COMPARISON "$top/$file" |
		grep -v 'struct bin_attribute should normally be const')" '' \
		"$file: checkpatch --strict has nothing to say"
done
ok 'there were files to check' test "$tap_count" -gt 15

# Debian's sparse does not know all that the headers of Linux 7.x have in them.
work=$top/build/rows/sparse
mkdir -p "$work"
ok 'kheaders can be put in' "$linux_dir/tree.sh" 6.12 "$work/tree"
objects=(kernel/kheaders/{kheaders,sysfs_blob}.o
	kernel/kbtf/{kbtf,check,build_id,sysfs_blob}.o lib/kunit-tests/{kheaders,kbtf}_test.o)
build() {
	"$linux_dir/build.sh" "$work/tree" "$work/obj" x86_64 "compile CONFIG_IKHEADERS=y
		CONFIG_IKHEADERS_PROC=y CONFIG_KUNIT=y CONFIG_IKHEADERS_KUNIT_TEST=y
		CONFIG_IKBTF_KUNIT_TEST=y CONFIG_DEBUG_KERNEL=y CONFIG_IKBTF=m
		CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT=y" "$@"
}
ok 'a kernel can be built' build prepare
ok 'sparse runs' build C=2 "${objects[@]}"
for object in "${objects[@]}"; do
	ok "it has looked at ${object%.o}.c" grep -q "^  CHECK .*/${object%.o}[.]c\$" \
		"$work/obj/make.log"
done
is "$(grep -E '(kernel/k(headers|btf)|lib/kunit-tests)/.*(warning|error):' \
	"$work/obj/make.log")" '' 'sparse has nothing to say'
done_testing
