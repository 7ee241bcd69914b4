#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# rpm.sh [OPTION...]: builds the RPM packages in a clean Debian 12 root, to build/rpm, and
# has rpmlint look at them. The options are for rpmbuild; paths in them are the root's,
# which has the headers of Debian's kernel. Needs root, but no capability that a plain
# container lacks.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=root.sh
. "$(dirname "$0")/root.sh"

enter_root rpm rpm rpmlint dkms file gcc libc6-dev make xz-utils \
	"linux-headers-$(dpkg --print-architecture)"
tar -C "$root/build" -cJf "$root$src.tar.xz" "${src##*/}"
# Debian has no names of RPM's packages: rpmbuild cannot know that all is there.
build 'RPM packages' "rpmbuild -ta --nodeps --define '_topdir /build/rpm' \
	${*@Q} $src.tar.xz"
in_root rpmlint -c "$src/packaging/rpm/rpmlint.toml" /build/rpm/RPMS >&2 ||
	die 'rpmlint has found errors'
publish rpm
