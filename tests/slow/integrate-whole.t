#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# A whole tree takes kheaders: kbuild reads it, and nothing is left of it once it is
# taken out. tests/check/integrate.t tries all else, with what integrate.sh edits.

set -euo pipefail
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source=tests/linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"

script=$top/scripts/kheaders/integrate.sh
load_source 7.x
ok 'there are sources' "$linux_dir/source.sh" 7.x

# The copy shares its files with the sources: writing into one would show there.
copy=$linux_work/integrate-test
trap 'rm -rf -- "$copy" "$tap_tmp"' EXIT
rm -rf "$copy"
cp -al "$linux_src" "$copy"
(cd "$linux_src" && find "${hooks[@]}" -exec sha256sum {} +) \
	>"$tap_tmp/sums" 2>"$tap_tmp/none" || true
ok 'there is something to watch' test -s "$tap_tmp/sums"
ok 'it takes kheaders' "$script" "$copy"
ok 'kbuild reads it' make -s -C "$copy" O="$tap_tmp/obj" ARCH=x86_64 allnoconfig
ok 'it gives kheaders back' "$script" "$copy" --revert
ok 'it is as it was' diff -r --no-dereference "$linux_src" "$copy"
ok 'what it was copied from is, too' \
	env -C "$linux_src" sha256sum --quiet -c "$tap_tmp/sums"
done_testing
