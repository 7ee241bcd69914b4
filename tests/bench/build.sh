#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# By how much CONFIG_IKHEADERS=y lengthens the build of a kernel, Linux's own and
# ours: the same small configuration is built from nothing with -j2, in turn:
# without it, with Linux's, with ours. The headers are as many as for a big
# kernel. Environment:
#
#   BENCH_SOURCE  row of tests/linux/sources.tsv (default: 7.x)
#   BENCH_ROUNDS  how often each is measured (default: 3)

set -euo pipefail
# shellcheck source=tests/linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"

bench=$top/build/bench
results=$bench/build.tsv
rounds=${BENCH_ROUNDS:-3}
load_source "${BENCH_SOURCE:-7.x}"
obj=$bench/obj

# build WHO SRC IKHEADERS: notes wall and CPU seconds
build() {
	local make=(make -C "$2" O="$obj" ARCH=x86_64 -j2) TIMEFORMAT='%R %U %S'
	local times
	rm -rf "$obj"
	mkdir "$obj"
	{
		cat "$linux_dir/configs/bench.config"
		echo "CONFIG_IKHEADERS=$3"
	} >"$bench/config"
	"${make[@]}" KCONFIG_ALLCONFIG="$bench/config" allnoconfig >"$bench/log" 2>&1
	printf '  %s\n' "$1" >&2
	times=$({ time "${make[@]}" vmlinux >"$bench/log" 2>&1; } 2>&1) ||
		{ tail -n 20 "$bench/log" >&2; die "$1 failed"; }
	[ -s "$obj/vmlinux" ] || die "$1: no vmlinux"
	[ "$3" = n ] || LC_ALL=C grep -qaP '\xfd7zXZ\x00' "$obj/vmlinux" ||
		die "$1: there is no archive in it"
	awk -v who="$1" '{ printf "%s\t%.1f\t%.1f\n", who, $1, $2 + $3 }' \
		<<<"$times" >>"$results"
}

median() {
	awk -F '\t' -v who="$1" -v column="$2" '$1 == who { print $column }' \
		"$results" | sort -n |
		awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

row() {
	awk -v who="$1" -v wall="$(median "$1" 2)" -v cpu="$(median "$1" 3)" \
		-v wall0="$(median none 2)" -v cpu0="$(median none 3)" 'BEGIN {
		printf "%-12s %8.1f s %+8.1f s %8.1f s %+8.1f s\n",
			who, wall, wall - wall0, cpu, cpu - cpu0
	}'
}

mkdir -p "$bench"
: >"$results"
"$linux_dir/source.sh" "$source_name"
say "building Linux $source_name in turn, -j2, $rounds rounds"
for number in $(seq "$rounds"); do
	say "round $number"
	build none "$linux_src" n
	build Linux "$linux_src" y
	build kheaders "$linux_tree" y
done
rm -rf "$obj"
printf '\n%-12s %10s %10s %10s %10s\n' IKHEADERS wall more CPU more
row none
row Linux
row kheaders
