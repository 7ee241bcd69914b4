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

bench=$top/build/bench
results=$bench/build.tsv
rounds=${BENCH_ROUNDS:-3}
load_source "${BENCH_SOURCE:-7.x}"
obj=$bench/obj tree=$bench/tree

# build ROUND WHO: notes wall and CPU seconds
build() {
	local src=$linux_src option=y times TIMEFORMAT='%R %U %S'
	[ "$2" != kheaders ] || src=$tree
	[ "$2" != none ] || option=n
	local make=(make -C "$src" O="$obj" ARCH=x86_64 -j2)
	rm -rf "$obj"
	mkdir "$obj"
	{
		cat "$linux_dir/configs/bench.config"
		echo "CONFIG_IKHEADERS=$option"
	} >"$bench/config"
	"${make[@]}" KCONFIG_ALLCONFIG="$bench/config" allnoconfig >"$bench/log" 2>&1
	printf '  %s\n' "$2" >&2
	times=$({ time "${make[@]}" vmlinux >"$bench/log" 2>&1; } 2>&1) ||
		{ tail -n 20 "$bench/log" >&2; die "$2 failed"; }
	[ -s "$obj/vmlinux" ] || die "$2: no vmlinux"
	[ "$option" = n ] || LC_ALL=C grep -qaP '\xfd7zXZ\x00' "$obj/vmlinux" ||
		die "$2: there is no archive in it"
	awk -v round="$1" -v who="$2" \
		'{ printf "%d\t%s\t%.1f\t%.1f\n", round, who, $1, $2 + $3 }' \
		<<<"$times" >>"$results"
}

# Prints the median of the numbers on standard input.
median() {
	sort -n | awk '{ v[NR] = $1 } END { printf "%.1f\n", v[int((NR + 1) / 2)] }'
}

# seconds WHO COLUMN
seconds() {
	awk -v who="$1" -v column="$2" '$2 == who { print $column }' "$results" |
		median
}

# more WHO COLUMN: than without headers, in the same round
more() {
	awk -v who="$1" -v column="$2" '
		$2 == "none" { none[$1] = $column }
		$2 == who { some[$1] = $column }
		END { for (round in none) print some[round] - none[round] }
	' "$results" | median
}

row() {
	printf '%-12s %8.1f s %+8.1f s %8.1f s %+8.1f s\n' "$1" \
		"$(seconds "$1" 3)" "$(more "$1" 3)" \
		"$(seconds "$1" 4)" "$(more "$1" 4)"
}

mkdir -p "$bench"
: >"$results"
"$linux_dir/tree.sh" "$source_name" "$tree"
say "building Linux $source_name in turn, -j2, $rounds rounds"
forth=(none Linux kheaders) back=(kheaders Linux none)
[ "${BENCH_LINUX:-y}" = y ] || forth=(none kheaders) back=(kheaders none)
for number in $(seq "$rounds"); do
	say "round $number"
	[ $((number % 2)) -eq 1 ] && order=("${forth[@]}") || order=("${back[@]}")
	for kind in "${order[@]}"; do
		build "$number" "$kind"
	done
done
rm -rf "$obj"
printf '\n%-12s %10s %10s %10s %10s\n' IKHEADERS wall more CPU more
for kind in "${forth[@]}"; do
	row "$kind"
done
