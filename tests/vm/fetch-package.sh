#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fetch-package.sh ROW PACKAGE: leaves a package of the row's release in
# build/rows/ROW/packages, for the guest to install: some packages do, when they are
# installed, what a root cannot do that no machine runs in.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=rows.sh
. "$(dirname "$0")/rows.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/apt.sh
. "$top/tests/lib/apt.sh"

[ "$#" -eq 2 ] || { echo "usage: ${0##*/} ROW PACKAGE" >&2; exit 2; }
load_row "$1"
dir=$row_work/packages
compgen -G "$dir/$2_*.deb" >/dev/null && exit 0
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
own_apt "$tmp" "$row_release" "$row_backports"
(cd "$tmp" && apt-get -qq download "$2")
mkdir -p "$dir"
cp "$tmp/$2"_*.deb "$dir/"
