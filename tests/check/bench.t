#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What tests/bench/report makes of figures that are made up, with a gnuplot that shows what
# it was given: none may be lost on the way, to the page or to a plot.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

results=$tap_tmp/results
page=$tap_tmp/page/performance.rst
plots=$tap_tmp/page/performance

# Three rounds: the median is the second that comes, and no other figure's.
figure=100
measured() {
	figure=$((figure + 10))
	printf '%s\t%s\t%d\t%s\n' "$1" "$2" 9000 "$3" "$1" "$2" "$figure" "$3" "$1" "$2" 1 "$3"
	printf '%s\t%s\t%s\t%s\t%s\n' "$name" "$figure" "$@" >>"$tap_tmp/figures"
}

# begin NAME LINUX: what lib.sh notes of a run
begin() {
	name=$1
	printf 'run\t%s\t%s\t\n' commit c0ffee date 2020-02-02 processors 77 processor 'a chip' \
		kernel 5.5.5 rounds 3 Linux "$2" row some-row accel tcg
	printf 'run\tduration\t120\ts\n'
}

generate() {
	local unit what who
	begin generate 9.8.7
	for who in mainline kheaders; do
		for unit in s 'CPU s'; do
			measured cold "$who" "$unit"
		done
		measured unchanged "$who" s
		measured archive "$who" bytes
	done
	measured changed mainline s
	for what in linux/sched.h uapi/linux/bpf.h generated/autoconf.h; do
		measured "include/$what" kheaders s
	done
	printf '%s\t%s\t%s\t\n' headers all 654321 intact mainline 1234 intact kheaders all
}

size() {
	local who
	begin size 6.5.4
	for who in 'header packages' archive 'archive, headers only'; do
		measured packed "$who" bytes
		measured unpacked "$who" bytes
	done
}

kernel_build() {
	local who unit
	begin kernel-build 9.8.7
	for unit in s 'CPU s'; do
		for who in none Linux kheaders; do
			measured build "$who" "$unit"
		done
	done
	printf 'more\t%s\t%s\t%s\n' Linux -1.25 s Linux 3.25 'CPU s' kheaders 4.25 s \
		kheaders 5.25 'CPU s'
}

use() {
	begin use 9.8.7
	measured 'unpack all' 'cat | tar -xJ' s
	measured 'unpack all' 'kheaders extract' s
	measured 'one member' 'tar -xJO' s
	measured 'one member' 'kheaders cat' s
	measured 'path, unpacked before' 'kheaders path' s
	measured 'path, unpacked before' static s
	measured 'whole file' 'read' s
	measured 'whole file' mmap s
	printf 'memory\tkheaders extract\t54321\tKiB\n'
}

bcc() {
	begin bcc 6.5.4
	measured 'first start' 'bcc itself' s
	measured 'first start' 'kheaders run' s
	measured 'next start' 'header package' s
	measured 'next start' 'bcc itself' s
	measured 'next start' 'kheaders run' s
}

module_build() {
	begin module-build 6.5.4
	measured 'two modules' package s
	measured 'two modules' archive s
}

report() {
	PATH=$tap_tmp/bin:$PATH "$top/tests/bench/report" "$tap_tmp/page" "$results"
}

# gnuplot LINE...: the program that takes its place
gnuplot() {
	printf '%s\n' '#!/bin/sh' 'echo "<?xml?>"' "$@" >"$tap_tmp/bin/gnuplot"
	chmod +x "$tap_tmp/bin/gnuplot"
}

mkdir "$results" "$tap_tmp/bin"
gnuplot cat
run_mustfail -s 2 'no directory' "$top/tests/bench/report"
run_mustfail -s 1 -e 'nothing has been measured' 'no figures' report
for name in generate size kernel-build use bcc module-build; do
	"${name//-/_}" >"$results/$name.tsv"
done
ok 'a page is made' report
is "$(cd "$plots" && echo *)" 'generate.svg kernel-build.svg size.svg start.svg use.svg' \
	'with its plots'

# A number that is not part of a longer one
missing() {
	local figure files=("$@")
	while read -r figure; do
		grep -qE "(^|[^0-9.])$figure([.]?[^0-9.]|$)" "${files[@]}" || echo "$figure"
	done
}
is "$(cut -f 2 "$tap_tmp/figures" | missing "$page")" '' 'the page has all medians'
is "$(cut -f 2 "$tap_tmp/figures" | missing "$plots"/*)" '' 'so have the plots'
is "$(printf '%s\n' 654,321 1,234 all 54,321 -1.25 3.25 4.25 5.25 | missing "$page")" '' \
	'the page has the others'
tr '\n' ' ' <"$page" >"$tap_tmp/words"
is "$(printf '%s\n' 9.8.7 6.5.4 c0ffee 2020-02-02 5.5.5 77 'a chip' some-row '12 minutes' \
	emulated | missing "$tap_tmp/words")" '' 'it says when and where'
is "$(grep -E '(^|[^0-9])9,?000' "$page")" '' 'and nothing of other rounds'
is "$(grep -L 'SPDX-License-Identifier' "$page" "$plots"/*)" '' 'all name their licence'
cp -r "$tap_tmp/page" "$tap_tmp/before"
ok 'the page is made again' report
ok 'and is the same' diff -r "$tap_tmp/before" "$tap_tmp/page"

while IFS=$'\t' read -r name figure what who unit; do
	cp "$results/$name.tsv" "$tap_tmp/all"
	awk -F '\t' -v what="$what" -v who="$who" -v unit="$unit" \
		'$1 != what || $2 != who || $4 != unit' "$tap_tmp/all" >"$results/$name.tsv"
	report 2>"$tap_tmp/said" || :
	grep -qF "report: $name|$what|$who|$unit: there is no such figure" "$tap_tmp/said" ||
		echo "$name $figure"
	cp "$tap_tmp/all" "$results/$name.tsv"
done <"$tap_tmp/figures" >"$tap_tmp/unnoticed"
is "$(cat "$tap_tmp/unnoticed")" '' 'each figure is missed'

gnuplot "grep -v ' 110 '"
run_mustfail -s 1 -e "has left '110 s' out of" 'a plot without one of its figures' report
gnuplot 'exit 1'
run_mustfail -s 1 -e 'gnuplot failed' 'a plot that failed' report
gnuplot cat
rm "$results/kernel-build.tsv"
ok 'a part that was not measured' report
ok 'is said' grep -q '^Not measured: .*kernel-build.sh' "$page"
sed -i '/duration/d' "$results/use.tsv"
run_mustfail -s 1 -e 'use.run.duration.s: there is no such figure' 'one that broke off' report

printf '%s\t%s\t%s\t%s\n' a b 10 s a b 2 s x y all '' a b 3 'CPU s' a b 9 s a b 1 s \
	>"$tap_tmp/in"
is "$(awk -f "$top/tests/bench/median.awk" "$tap_tmp/in" | tr '\t\n' ' ;')" \
	'a b 5.5 s;x y all ;a b 3 CPU s;' 'an even number of rounds, words, and units'

done_testing
