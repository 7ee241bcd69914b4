#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Compares our generator with the one in Linux, side by side: both pack the same
# prepared tree, in turn, for several rounds. The tree is Debian's linux-source
# package, fetched at run time and kept below build/linux. Environment:
#
#   BENCH_SOURCE  which Linux, as in tests/boot/debian-*.conf (default: 7.x)
#   BENCH_ROUNDS  how often each is measured (default: 3)
#   BENCH_TREE    "srctree:objtree" of a prepared tree to use instead; a few of
#                 its headers are replaced and put back
#
# Missed targets are shown, not failed. The exit status is 1 if there is nothing
# to compare: something did not run, or the archives hold different headers.

set -euo pipefail
# shellcheck source=tests/linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/mainline.sh
. "$top/tests/lib/mainline.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$top/tests/bench/lib.sh"

arch=x86
rounds=${BENCH_ROUNDS:-3}
# Two that are edited often and one that is generated; then one of each block.
changed=(include/linux/sched.h include/uapi/linux/bpf.h include/generated/autoconf.h)

# Sets src and obj: a tree after `make prepare`, in a directory of its own.
prepare_tree() {
	if [ -n "${BENCH_TREE-}" ]; then
		src=${BENCH_TREE%%:*} obj=${BENCH_TREE#*:}
	else
		load_source "${BENCH_SOURCE:-7.x}"
		"$linux_dir/source.sh" "$source_name"
		src=$linux_src obj=$linux_work/prepared
		[ -e "$obj/prepared" ] || prepare
	fi
	[ -e "$src/kernel/gen_kheaders.sh" ] || die "$src: no kernel/gen_kheaders.sh"
	[ -e "$obj/include/generated/autoconf.h" ] || die "$obj: not prepared"
}

prepare() {
	say "preparing Linux $source_name: x86_64_defconfig"
	mkdir -p "$obj"
	{
		make -C "$src" O="$obj" ARCH=x86_64 x86_64_defconfig
		make -C "$src" O="$obj" ARCH=x86_64 -j "$(nproc)" prepare
	} >"$obj/prepare.log" 2>&1 ||
		die "the tree could not be prepared: see $obj/prepare.log"
	touch "$obj/prepared"
}

prepare_tree
begin generate "$rounds"
tmp=$(mktemp -d "${results%/*}/run.XXXXXX")

# tree_of HEADER: where it is
tree_of() {
	if [ -e "$obj/$1" ]; then echo "$obj"; else echo "$src"; fi
}

# Source trees share their files with others: none is written to.
put_back() {
	[ ! -e "$tmp/$1" ] || mv -f "$tmp/$1" "$(tree_of "$1")/$1"
}

restore() {
	local header
	for header in "${changed[@]}"; do
		put_back "$header"
	done
	rm -rf "$tmp"
}
trap restore EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# A kernel's build has made the host programs before.
build_host_programs() {
	local program
	for program in 'plan_blocks' 'pack_block strip_comments ustar sha256'; do
		(cd "$top/scripts/kheaders" && read -ra sources <<<"$program" &&
			cc -O2 -o "$tmp/${sources[0]}" "${sources[@]/%/.c}")
	done
	export PLAN_BLOCKS=$tmp/plan_blocks PACK_BLOCK=$tmp/pack_block
}

ours() {
	"$top/scripts/kheaders/gen_kheaders.sh" --srctree "$src" --objtree "$obj" \
		--srcarch "$arch" --output "$tmp/ours.tar.xz"
}

mainline() {
	mainline_archive "$src" "$obj" "$arch" "$tmp/mainline.tar.xz"
}

mainline_unchanged() {
	if mainline_takes_lists "$src"; then
		mainline_lists "$src" "$obj" "$arch" "$tmp/mainline.tar.xz"
	else
		mainline
	fi
}

# measure WHO WHAT CMD...: notes wall and CPU seconds
measure() {
	local TIMEFORMAT='%R %U %S' times
	printf '  %-9s %s\n' "$1" "$2" >&2
	times=$({ time "${@:3}" >"$tmp/log" 2>&1; } 2>&1) ||
		{ cat "$tmp/log" >&2; die "$1 failed: $2"; }
	note_times "$2" "$1" "$times"
}

# A token more: what neither may overlook.
change() {
	local tree
	tree=$(tree_of "$1")
	mkdir -p "$tmp/${1%/*}"
	cp -p "$tree/$1" "$tmp/$1"
	{
		cat "$tmp/$1"
		printf '\n#define KHEADERS_BENCH_%d 1\n' "$2"
	} >"$tmp/edited"
	mv -f "$tmp/edited" "$tree/$1"
}

# The first header of each block of at least 100
one_of_each_block() {
	local block
	while read -r block; do
		[ "$(tr -cd '\0' <"$tmp/.ours.tar.xz.d/$block.files" | wc -c)" -lt 200 ] ||
			tr '\0' '\n' <"$tmp/.ours.tar.xz.d/$block.files" | sed -n 2p
	done <"$tmp/.ours.tar.xz.d/blocks"
}

one_round() {
	local number=$1 header
	rm -rf "$tmp/ours.tar.xz" "$tmp/.ours.tar.xz.d" "$obj/kernel/kheaders.md5"
	measure mainline cold mainline
	measure kheaders cold ours
	measure mainline unchanged mainline_unchanged
	measure kheaders unchanged ours
	for header in "${changed[@]}"; do
		change "$header" "$number"
		measure kheaders "$header" ours
		put_back "$header"
		ours >"$tmp/log"
	done
	# Mainline's does everything again whichever header changed.
	header=${changed[0]}
	change "$header" "$number"
	measure mainline changed mainline
	put_back "$header"
}

pack_block() {
	env XZ=xz OUTPUT="$tmp/ours.tar.xz" OUTPUT_NAME=ours.tar.xz make -s -rR \
		-C "$tmp/.ours.tar.xz.d" -f "$top/scripts/kheaders/Makefile.archive" "$1.xz"
}

# What the times on more processors than there are here can be computed from
each_block() {
	local block
	while read -r block; do
		touch "$tmp/.ours.tar.xz.d/$block.stamp"
		measure block "$block" pack_block "$block"
	done <"$tmp/.ours.tar.xz.d/blocks"
}

# Both see headers that are in the page cache.
warm_up() {
	find "$src/include" "$src/arch/$arch/include" "$obj/include" \
		"$obj/arch/$arch/include" -name '*.h' -exec cat {} + | wc -c >"$tmp/bytes"
}

headers_in() {
	tar -tJf "$1" | grep -v -e '/$' -e '^\./\.kheaders/manifest$' | LC_ALL=C sort
}

same_headers() {
	mainline >"$tmp/log"
	ours >"$tmp/log"
	headers_in "$tmp/mainline.tar.xz" >"$tmp/mainline.list"
	headers_in "$tmp/ours.tar.xz" >"$tmp/ours.list"
	diff "$tmp/mainline.list" "$tmp/ours.list" >&2 ||
		die "the archives hold different headers"
}

# The compiler's lexer is the judge: as many lines, and each token on its own.
lines_intact() {
	(
		# shellcheck source=tests/lib/tap.sh
		. "$top/tests/lib/tap.sh"
		# shellcheck source=tests/lib/headers.sh
		. "$top/tests/lib/headers.sh"
		check_headers bench "$src" "$obj" "$arch"
		done_testing
	) >"$tmp/headers.log" 2>&1 || true
	if grep -q '^1\.\.' "$tmp/headers.log" &&
		! grep '^not ok' "$tmp/headers.log" >&2; then
		echo all
	else
		echo "not all"
	fi
}

# lines_of DIR: how many each header has there; those it lacks are passed over
lines_of() (
	cd "$1"
	{ xargs -d '\n' wc -l <"$tmp/ours.list" 2>/dev/null || true; } |
		awk '$2 != "total" { print $2, $1 }' | LC_ALL=C sort
)

# How many headers of an archive have as many lines as the compiler saw.
unshifted() {
	rm -rf "$tmp/unpacked"
	mkdir "$tmp/unpacked"
	tar -xJf "$1" -C "$tmp/unpacked"
	LC_ALL=C comm -12 <(lines_of "$tmp/unpacked") \
		<({ lines_of "$src"; lines_of "$obj"; } | LC_ALL=C sort) | wc -l
}

warm_up
build_host_programs
ours >"$tmp/log"
mapfile -t -O "${#changed[@]}" changed < <(one_of_each_block)
version=$(make -s -C "$src" kernelversion)
note run Linux "$version" ''
say "packing $version in turn, $rounds rounds"
for number in $(seq "$rounds"); do
	say "round $number"
	one_round "$number"
	each_block
done
say "comparing what was packed"
same_headers
intact=$(lines_intact)
mainline_unshifted=$(unshifted "$tmp/mainline.tar.xz")

note archive mainline "$(stat -c %s "$tmp/mainline.tar.xz")" bytes
note archive kheaders "$(stat -c %s "$tmp/ours.tar.xz")" bytes
note members mainline "$(tar -tJf "$tmp/mainline.tar.xz" | wc -l)" ''
note members kheaders "$(tar -tJf "$tmp/ours.tar.xz" | wc -l)" ''
note headers all "$(wc -l <"$tmp/ours.list")" ''
note intact mainline "$mainline_unshifted" ''
note intact kheaders "$intact" ''
finish
medians | awk -f "$top/tests/bench/table.awk"
