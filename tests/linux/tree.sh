#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tree.sh NAME DIRECTORY: puts kheaders into a copy of a Linux source, which shares
# its files with the source but for those that integrate.sh replaces. A copy that is
# there is used again, and kheaders in it is brought up to date.
#
# tree.sh NAME DIRECTORY series: puts in what integrate.sh writes as a series for Linux.
# Another series than last time gets a new copy.
#
# tree.sh NAME DIRECTORY theirs: leaves it as it is.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

case $#-${3-} in
2- | 3-series | 3-theirs) ;;
*)
	echo "usage: ${0##*/} NAME DIRECTORY [series|theirs]" >&2
	exit 2
	;;
esac
load_source "$1"
tree=$2
integrate=$top/scripts/kheaders/integrate.sh

copy_source() {
	rm -rf -- "$tree.new"
	cp -al "$linux_src" "$tree.new"
}

# The date and what git calls the commits are another each time.
write_series() {
	rm -rf -- "$tree.series.new"
	GIT_AUTHOR_NAME=kheaders GIT_AUTHOR_EMAIL=kheaders \
		"$integrate" "$linux_src" --series "$tree.series.new" >&2
	sed -i -E '/^(From [0-9a-f]{40}|Date:) /d' "$tree.series.new"/*.patch
}

apply_series() {
	write_series
	if [ -d "$tree" ] && diff -r "$tree.series" "$tree.series.new" >&2; then
		return
	fi
	copy_source
	GIT_DIR=$tree.new/none git -C "$tree.new" apply \
		"$tree.series.new"/000[1-9]-*.patch
	rm -rf -- "$tree" "$tree.series"
	mv "$tree.series.new" "$tree.series"
	mv "$tree.new" "$tree"
}

"$linux_dir/source.sh" "$source_name"
lock "$tree.lock"
if [ "${3-}" = series ]; then
	apply_series
else
	[ -d "$tree" ] || { copy_source && mv "$tree.new" "$tree"; }
	[ "${3-}" = theirs ] || "$integrate" "$tree" >&2
fi
