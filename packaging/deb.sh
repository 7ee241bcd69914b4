#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# deb.sh: builds the Debian packages in a clean Debian 12 root, to build/deb, and has
# lintian look at them. Needs root, but no capability that a plain container lacks.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=root.sh
. "$(dirname "$0")/root.sh"

enter_root deb build-essential lintian fakeroot
mv "$root$src/packaging/debian" "$root$src/debian"
build 'Debian packages' 'dpkg-buildpackage -b -us -uc'
in_root sh -c "cd $src/.. && lintian --fail-on error --allow-root *.changes" >&2 ||
	die 'lintian has found errors'
publish deb
