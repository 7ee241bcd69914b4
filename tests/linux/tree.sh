#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tree.sh NAME DIRECTORY: puts kheaders into a copy of a Linux source, which shares
# its files with the source but for those that integrate.sh replaces. A copy that is
# there is used again, and kheaders in it is brought up to date.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

[ "$#" -eq 2 ] || { echo "usage: ${0##*/} NAME DIRECTORY" >&2; exit 2; }
load_source "$1"
tree=$2
"$linux_dir/source.sh" "$source_name"
lock "$tree.lock"
if [ ! -d "$tree" ]; then
	rm -rf -- "$tree.new"
	cp -al "$linux_src" "$tree.new"
	mv "$tree.new" "$tree"
fi
"$top/scripts/kheaders/integrate.sh" "$tree" >&2
