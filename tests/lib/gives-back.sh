#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# gives-back.sh IMAGE ARCHIVE: whether extract-ikheaders gets this very archive
# out of the image.

set -euo pipefail
[ "$#" -eq 2 ] || { echo "usage: ${0##*/} IMAGE ARCHIVE" >&2; exit 2; }
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
"$(dirname "$0")/../../scripts/kheaders/extract-ikheaders" "$1" "$tmp/archive"
cmp "$tmp/archive" "$2"
