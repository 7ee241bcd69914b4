#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# compression.sh ARCHIVE: what other options of xz would do with the blocks of which
# gen_kheaders.sh made that archive: the size of all, CPU seconds for all, and for the
# block that takes longest.

set -euo pipefail

[ "$#" -eq 1 ] || { echo "usage: ${0##*/} ARCHIVE" >&2; exit 2; }
work=$(dirname "$1")/.$(basename "$1").d
if [ ! -e "$work/blocks" ] || [ ! -x "$work/pack_block" ]; then
	echo "$1: was not made by gen_kheaders.sh, called by itself" >&2
	exit 1
fi
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
TIMEFORMAT='%U %S'

while read -r block; do
	(cd "$work" && ./pack_block "$block.files" "$tmp/sums") >"$tmp/$block.tar"
done <"$work/blocks"

printf '%-44s %9s %8s %8s\n' options bytes 'CPU s' longest
for options in nice=48,depth=12 nice=96,depth=32 nice=64,depth=8 nice=40,depth=10 \
	nice=36,depth=16 nice=32,depth=20 mf=bt3,nice=48,depth=12 \
	mf=bt2,nice=48,depth=16 mf=hc4,nice=64,depth=24 \
	lc=3,nice=48,depth=12 dict=8MiB,nice=48,depth=12 dict=1MiB,nice=48,depth=12 \
	mode=fast,mf=hc4,nice=128,depth=32; do
	bytes=0
	: >"$tmp/times"
	while read -r block; do
		{ time xz --stdout --threads=1 --check=crc32 \
			--lzma2=preset=6,dict=2MiB,lc=4,pb=0,"$options" \
			<"$tmp/$block.tar" >"$tmp/xz"; } 2>>"$tmp/times"
		bytes=$((bytes + $(stat -c %s "$tmp/xz")))
	done <"$work/blocks"
	awk -v options="$options" -v bytes="$bytes" '
		{ cpu = $1 + $2; all += cpu; if (cpu > longest) longest = cpu }
		END { printf "%-44s %9d %8.2f %8.2f\n", options, bytes, all, longest }
	' "$tmp/times"
done
