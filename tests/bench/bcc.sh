#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How long a bcc program takes to start, do its work, and end: with the headers of the
# archive, unpacked by bcc itself or by "kheaders run", for the first time and again; and
# with the distribution's header package. In turn, in one boot of a virtual machine.
# Environment:
#
#   BENCH_ROW     the row whose kernel that is (default: debian-6.1)
#   BENCH_ROUNDS  how often each is measured (default: 3)

set -euo pipefail
# shellcheck source=tests/vm/rows.sh
. "$(dirname "$0")/../vm/rows.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$top/tests/bench/lib.sh"

load_row "${BENCH_ROW:-debian-6.1}"
rounds=${BENCH_ROUNDS:-3}
"$vm/build-module.sh" "$row" >&2
make -s -C "$top" tools-static >&2
release=$(kernel_release)
cp "$top/build/tools/static/kheaders" "$row_guest/"
tar -C "$root/usr/src" -cf "$row_guest/package.tar" "linux-headers-$release" \
	"$(basename "$(common_headers)")"
echo "$rounds" >"$row_guest/bcc-rounds"
begin bcc "$rounds"
note run Linux "$release" ''
say "starting a bcc program in a virtual machine of $row in turn, $rounds rounds"
"$vm/boot.sh" "$row" bcc-start >&2
result=$row_work/bcc-start.result
sed -n 's/^\(\(first\|next\) start\t.*\t[0-9.]*\)\r*$/\1\ts/p' "$result" >>"$results"
grep -q '^# vm: end of bcc-start, status 0' "$result" || {
	tail -n 5 "$result" >&2
	die "the bcc program failed in the virtual machine"
}
rm "$row_guest/package.tar"
note_accel
finish
medians | awk -F '\t' '/start/ { printf "%-14s %-16s %8.2f s\n", $1, $2, $3 }'
