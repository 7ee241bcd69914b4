#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# stage-modules.sh KDIR ROOT [VMLINUX]: builds kheaders.ko for the kernel whose build tree
# or header package KDIR is, and kbtf.ko with the types in VMLINUX, and installs them
# below ROOT, with what has them loaded. It builds where it is, in what bindeb.sh or rpmbuild
# has copied or unpacked.

set -eu

kdir=$1 root=$2 vmlinux=${3-}
top=$(cd "$(dirname -- "$0")/.." && pwd)

build()
{
	make -C "$kdir" M="$top" "$@" modules
	make -C "$kdir" M="$top" INSTALL_MOD_PATH="$root" INSTALL_MOD_STRIP=1 \
		INSTALL_MOD_DIR=updates \
		CONFIG_MODULE_SIG_ALL="$([ ! -f "$kdir/certs/signing_key.pem" ] || echo y)" \
		"$@" modules_install
}

make -C "$top" clean >/dev/null
build
[ -z "$vmlinux" ] || build KBTF_VMLINUX="$(realpath "$vmlinux")"

# Those that the package has depmod make, and links to where it was built
find "$root"/lib/modules/* -maxdepth 1 ! -type d -delete

release=$(basename "$root"/lib/modules/*)
load=$root/usr/lib/modules-load.d/kheaders-modules-$release.conf
install -D -m 0644 "$top/packaging/kheaders.conf" "$load"
[ -z "$vmlinux" ] || echo kbtf >>"$load"
