#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# fetch-package.sh ROW PACKAGE: leaves a package in the folder src/packages of the
# row's root, for the guest to install: some packages do, when they are
# installed, what a root cannot do that no machine runs in.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/apt.sh
. "$top/tests/lib/apt.sh"

[ "$#" -eq 2 ] || { echo "usage: ${0##*/} ROW PACKAGE" >&2; exit 2; }
become_root "$@"
load_row "$1"
"$e2e/root.sh" "$row"
lock "$root.lock"
folder=$root$src/packages
compgen -G "$folder/$2_*.deb" >/dev/null && exit 0
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
own_apt "$tmp" "$row_release" "$row_backports"
(cd "$tmp" && apt-get -qq download "$2")
mkdir -p "$folder"
cp "$tmp/$2"_*.deb "$folder/"
