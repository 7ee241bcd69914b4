#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How long it takes to build small modules with an unpacked archive, and with the
# distribution's header package: in the Debian root of a row of tests/boot, in
# turn. Environment:
#
#   BENCH_ROW     the row (default: debian-6.1)
#   BENCH_ROUNDS  how often each is measured (default: 9)

set -euo pipefail
# shellcheck source=tests/vm/rows.sh
. "$(dirname "$0")/../vm/rows.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$top/tests/bench/lib.sh"

load_row "${BENCH_ROW:-debian-6.1}"
rounds=${BENCH_ROUNDS:-9}
"$vm/root.sh" "$row"
release=$(kernel_release)
package=/usr/src/linux-headers-$release
common=$(common_headers)
tmp=$(mktemp -d "$root/tmp/bench.XXXXXX")
trap 'rm -rf -- "$tmp"' EXIT
inside=${tmp#"$root"}

unpack() {
	cp -r "$top/scripts/kheaders" "$tmp/scripts"
	in_root sh "$inside/scripts/gen_kheaders.sh" --profile build \
		--srctree "${common#"$root"}" --objtree "$package" \
		--srcarch x86 --output "$inside/archive" >&2
	mkdir "$tmp/headers"
	in_root tar -xf "$inside/archive" -C "$inside/headers"
}

# build WHO DIRECTORY: notes the seconds
build() {
	local TIMEFORMAT=%R times
	rm -rf "$tmp/modules"
	cp -r "$top/tools/testing/selftests/kheaders/modules" "$tmp/modules"
	times=$({ time in_root make -C "$2" M="$inside/modules" \
		KERNELRELEASE="$release" modules >"$tmp/log" 2>&1; } 2>&1) ||
		{ tail -n 20 "$tmp/log" >&2; die "$1: cannot build the modules"; }
	[ -s "$tmp/modules/kheaders_importer.ko" ] || die "$1: there is no module"
	note 'two modules' "$1" "$times" s
}

unpack
begin module-build "$rounds"
note run Linux "$release" ''
say "building modules for Linux $release in turn, $rounds rounds"
for _ in $(seq "$rounds"); do
	build package "$package"
	build archive "$inside/headers"
done
finish
awk -v package="$(median 'two modules' package s)" \
	-v archive="$(median 'two modules' archive s)" 'BEGIN {
	printf "two small modules, with the header package: %.2f s\n", package
	printf "two small modules, with the archive:        %.2f s (%.2f times)\n",
		archive, archive / package
}'
