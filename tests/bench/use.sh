#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How long it takes to use an archive: the command kheaders and what people type without
# it, side by side, on a tmpfs; and, in a virtual machine, reading the file and mapping
# it. Environment:
#
#   BENCH_SOURCE  whose headers, as in tests/boot/debian-*.conf (default: 7.x)
#   BENCH_ROW     the row whose kernel's file is read (default: debian-6.1)

set -euo pipefail
# shellcheck source=tests/linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$top/tests/bench/lib.sh"

load_source "${BENCH_SOURCE:-7.x}"
obj=$linux_work/prepared
[ -e "$obj/prepared" ] || die "$obj: not prepared: tests/bench/generate.sh does that"
tmp=$(mktemp -d /dev/shm/kheaders.XXXXXX)
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
archive=$tmp/archive.tar.xz
kheaders=$top/build/tools/kheaders
rounds=11

make -s -C "$top" tools tools-static >&2
"$top/scripts/kheaders/gen_kheaders.sh" --srctree "$linux_src" --objtree "$obj" \
	--srcarch x86 --output "$archive" >"$tmp/log"
begin use "$rounds"
note run Linux "$(make -s -C "$linux_src" kernelversion)" ''

# measure WHAT WHO PREPARE COMMAND: the median of its seconds
measure() {
	hyperfine --warmup 2 --min-runs "$rounds" --shell "${shell-none}" --prepare "$3" \
		--export-csv "$tmp/csv" --style none "$4" >"$tmp/log" 2>&1 ||
		{ tail -n 20 "$tmp/log" >&2; die "$1: $2 failed"; }
	note "$1" "$2" "$(awk -F , 'NR == 2 { print $4 }' "$tmp/csv")" s
}

say "unpacking to a tmpfs: $(stat -c %s "$archive") bytes, $(nproc) processors"
empty="rm -rf $tmp/x"
shell='sh' measure 'unpack all' 'cat | tar -xJ' "$empty && mkdir $tmp/x" \
	"cat $archive | tar -xJ -C $tmp/x"
measure 'unpack all' 'kheaders extract' "$empty" "$kheaders extract -o $archive -C $tmp/x"
size=$(command time -f %M "$kheaders" extract -o "$archive" -C "$tmp/y" 2>&1)
note memory 'kheaders extract' "$size" KiB
shell='sh' measure 'one member' 'tar -xJO' true \
	"tar -xJOf $archive ./include/linux/sched.h >/dev/null"
measure 'one member' 'kheaders cat' true "$kheaders cat -f $archive include/linux/sched.h"
cached="path -of $archive --cache $tmp/cache"
measure 'path, unpacked before' 'kheaders path' true "$kheaders $cached"
measure 'path, unpacked before' 'static' true "$top/build/tools/static/kheaders $cached"

row=${BENCH_ROW:-debian-6.1}
note run row "$row" ''
say "reading the file of $row in a virtual machine"
"$top/tests/vm/build-module.sh" "$row" >&2
gcc -O2 -static -o "$top/build/rows/$row/guest/read_file" "$top/tests/bench/read_file.c"
"$top/tests/vm/boot.sh" "$row" read-file >&2
sed -n 's/^\(whole file\t.*\t.*[0-9]\)\r*$/\1\ts/p' "$top/build/rows/$row/read-file.result" \
	>"$tmp/read"
[ "$(wc -l <"$tmp/read")" -eq 2 ] || die "the virtual machine did not say how long it took"
cat "$tmp/read" >>"$results"
note_accel
finish

awk -F '\t' '
	$4 == "s" && $1 != "run" {
		if ($1 != what)
			first = $3
		what = $1
		printf "%-24s %-18s %9.4f s  %s\n", $1, $2, $3,
			first == $3 ? "" : sprintf("%.2f times faster", first / $3)
	}
' "$results"
echo "memory of kheaders extract: $size KiB"
