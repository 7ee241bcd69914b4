#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# kunit.sh NAME ARCH: runs the KUnit suites in a Linux source of sources.tsv, by
# the kernel's own kunit.py: for ARCH um as a program, for x86_64 in QEMU. Says
# what kunit.py says; what it builds is kept in build/linux/NAME/kunit-ARCH.
#
# That kunit.py is content is not enough: with nothing to run it is, too. Every
# case that the suites' sources list has to have passed.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

[ "$#" -eq 2 ] || { echo "usage: ${0##*/} NAME ARCH" >&2; exit 2; }
load_source "$1"
arch=$2
obj=$linux_work/kunit-$arch
log=$obj/kunit.log

case $arch in
um) options=() ;;
*)
	options=(--arch="$arch")
	mkdir -p "$obj/bin"
	ln -sf "$linux_dir/qemu-tcg.sh" "$obj/bin/qemu-system-$arch"
	PATH=$obj/bin:$PATH
	;;
esac

"$linux_dir/source.sh" "$source_name"
mkdir -p "$obj"
lock "$obj.lock"
say "running the KUnit suites on Linux $source_name, $arch (building takes minutes, once)"
status=0
(cd "$linux_tree" && timeout -k 10 "${KUNIT_TIMEOUT:-3000}" \
	tools/testing/kunit/kunit.py run "${options[@]}" --jobs="$(nproc)" \
	--kunitconfig=lib/kunit-tests/.kunitconfig --build_dir="$obj" \
	</dev/null) 2>&1 | tee "$log" || status=$?
[ "$status" -eq 0 ] || die "kunit.py failed with status $status"

mapfile -t cases < <(sed -n 's/^	KUNIT_CASE(\(.*\)),$/\1/p' \
	"$linux_tree"/lib/kunit-tests/*_test.c)
[ "${#cases[@]}" -gt 0 ] || die "the suites have no cases"
for case in "${cases[@]}"; do
	grep -q "\[PASSED\] $case\$" "$log" || die "did not pass: $case"
done
say "all ${#cases[@]} cases passed on Linux $source_name, $arch"
