#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# By how much CONFIG_IKHEADERS=y lengthens the build of a kernel, Linux's own and
# ours: the same small configuration is built from nothing with -j2, in turn:
# without it, with Linux's, with ours, and the other way round in every other
# round, for machines that get slower or faster with time. Each build is held
# against that without headers of the same round. There are as many headers as
# for a big kernel. Environment:
#
#   BENCH_SOURCE  which Linux, as in tests/boot/debian-*.conf (default: 7.x)
#   BENCH_ROUNDS  how often each is measured (default: 3)
#   BENCH_LINUX   n leaves Linux's own out

set -euo pipefail
# shellcheck source=tests/linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$top/tests/bench/lib.sh"

bench=$top/build/bench
rounds=${BENCH_ROUNDS:-3}
load_source "${BENCH_SOURCE:-7.x}"
obj=$bench/obj tree=$bench/tree

# build WHO: notes wall and CPU seconds
build() {
	local src=$linux_src option=y times TIMEFORMAT='%R %U %S'
	[ "$1" != kheaders ] || src=$tree
	[ "$1" != none ] || option=n
	local make=(make -C "$src" O="$obj" ARCH=x86_64 -j2)
	rm -rf "$obj"
	mkdir "$obj"
	{
		cat "$linux_dir/configs/bench.config"
		echo "CONFIG_IKHEADERS=$option"
	} >"$bench/config"
	"${make[@]}" KCONFIG_ALLCONFIG="$bench/config" allnoconfig >"$bench/log" 2>&1
	printf '  %s\n' "$1" >&2
	times=$({ time "${make[@]}" vmlinux >"$bench/log" 2>&1; } 2>&1) ||
		{ tail -n 20 "$bench/log" >&2; die "$1 failed"; }
	[ -s "$obj/vmlinux" ] || die "$1: no vmlinux"
	[ "$option" = n ] || LC_ALL=C grep -qaP '\xfd7zXZ\x00' "$obj/vmlinux" ||
		die "$1: there is no archive in it"
	note_times build "$1" "$times"
}

# more: than without headers, in the round that was last
more() {
	local more
	more=$(awk -F '\t' -v OFS='\t' '
		$1 == "build" { value[$2, $4] = $3 }
		END {
			for (id in value) {
				split(id, part, SUBSEP)
				if (part[1] != "none")
					print "more", part[1], sprintf("%.3f", \
						value[id] - value["none", part[2]]), part[2]
			}
		}' "$results")
	printf '%s\n' "$more" >>"$results"
}

row() {
	printf '%-12s %8.1f s %+8.1f s %8.1f s %+8.1f s\n' "$1" \
		"$(median build "$1" s)" "$(median more "$1" s)" \
		"$(median build "$1" 'CPU s')" "$(median more "$1" 'CPU s')"
}

"$linux_dir/tree.sh" "$source_name" "$tree"
begin kernel-build "$rounds"
note run Linux "$(make -s -C "$linux_src" kernelversion)" ''
say "building Linux $source_name in turn, -j2, $rounds rounds"
forth=(none Linux kheaders) back=(kheaders Linux none)
[ "${BENCH_LINUX:-y}" = y ] || forth=(none kheaders) back=(kheaders none)
for number in $(seq "$rounds"); do
	say "round $number"
	[ $((number % 2)) -eq 1 ] && order=("${forth[@]}") || order=("${back[@]}")
	for kind in "${order[@]}"; do
		build "$kind"
	done
	more
done
rm -rf "$obj"
finish
printf '\n%-12s %10s %10s %10s %10s\n' IKHEADERS wall more CPU more
for kind in "${forth[@]}"; do
	row "$kind"
done
