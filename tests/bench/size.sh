#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# How many bytes the headers of a Debian kernel take: its header packages, as they are
# downloaded and unpacked, and the archive that kheaders.ko has. Environment:
#
#   BENCH_ROW  the row whose kernel that is (default: debian-6.1)

set -euo pipefail
# shellcheck source=tests/vm/rows.sh
. "$(dirname "$0")/../vm/rows.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$top/tests/bench/lib.sh"

# unpacked: bytes in all files of the tar archive on standard input
unpacked() {
	tar -tv | awk '{ bytes += $3 } END { print bytes }'
}

# archive WHO FILE
archive() {
	note packed "$1" "$(stat -c %s "$2")" bytes
	note unpacked "$1" "$(xz -dc "$2" | unpacked)" bytes
}

load_row "${BENCH_ROW:-debian-6.1}"
"$vm/build-module.sh" "$row" >&2
release=$(kernel_release)
package=$root/usr/src/linux-headers-$release
common=$(common_headers)
kbuild=$(readlink "$package/scripts")
kbuild=${kbuild%/scripts} kbuild=${kbuild##*/}
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT

begin size 1
note run Linux "$release" ''
packed=0 files=0
for name in "${package##*/}" "${common##*/}" "$kbuild"; do
	"$vm/fetch-package.sh" "$row" "$name"
	deb=$(echo "$row_work/packages/${name}"_*.deb)
	packed=$((packed + $(stat -c %s "$deb")))
	files=$((files + $(dpkg-deb --fsys-tarfile "$deb" | unpacked)))
done
note packed 'header packages' "$packed" bytes
note unpacked 'header packages' "$files" bytes
archive archive "$row_guest/kheaders_data.tar.xz"
"$top/scripts/kheaders/gen_kheaders.sh" --profile headers --srctree "$common" \
	--objtree "$package" --srcarch x86 --output "$tmp/headers.tar.xz" >"$tmp/log"
archive 'archive, headers only' "$tmp/headers.tar.xz"
finish
medians | awk -F '\t' '$4 == "bytes" { printf "%-10s %-24s %12d\n", $1, $2, $3 }'
