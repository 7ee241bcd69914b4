#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# bindeb.sh KDIR OUTPUT [VMLINUX]: makes a Debian package of kheaders.ko for exactly the
# kernel whose build tree or header package KDIR is, and of kbtf.ko with the types in
# VMLINUX: for hosts that have neither a compiler nor headers. It is built from a copy of
# the project, to the directory OUTPUT. For another architecture say ARCH= and
# CROSS_COMPILE=, as for a kernel.

set -eu

die()
{
	echo "bindeb: $*" >&2
	exit 1
}

[ "$#" -eq 2 ] || [ "$#" -eq 3 ] || {
	echo "usage: ${0##*/} KDIR OUTPUT [VMLINUX]" >&2
	exit 2
}
kdir=$1 output=$2 vmlinux=${3-}
top=$(cd "$(dirname -- "$0")/.." && pwd)
version=$(cat "$top/VERSION")
config=$kdir/include/config/auto.conf
[ -f "$config" ] || die "$kdir: no kernel build tree that has been configured"
release=$(sed -n 's/^#define UTS_RELEASE "\(.*\)"/\1/p' "$kdir/include/generated/utsrelease.h")
[ -n "$release" ] || die "$kdir: does not say its release"

is_set()
{
	grep -qx "CONFIG_$1=y" "$config"
}

# Debian's name of the kernel's architecture
if is_set X86_64; then arch=amd64
elif is_set X86_32; then arch=i386
elif is_set ARM64; then arch=arm64
elif is_set ARM; then arch=armhf
elif is_set S390; then arch=s390x
elif is_set PPC64 && is_set CPU_LITTLE_ENDIAN; then arch=ppc64el
elif is_set RISCV && is_set 64BIT; then arch=riscv64
else die "$kdir: Debian has no architecture of that kind"
fi

# As Debian's policy wants names
name=kheaders-modules-$(printf '%s' "$release" | tr 'A-Z_' 'a-z-')
package=${name}_${version}_$arch.deb

tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
stage=$tmp/stage
mkdir -p "$tmp/src" "$stage/DEBIAN" "$stage/usr/share/doc/$name"
for path in Kbuild Makefile kernel scripts lib packaging; do
	cp -R "$top/$path" "$tmp/src/"
done
"$tmp/src/packaging/stage-modules.sh" "$kdir" "$stage" ${vmlinux:+"$vmlinux"} ||
	die "the module does not build"
cp "$top/packaging/debian/copyright" "$stage/usr/share/doc/$name/"
cat >"$stage/DEBIAN/control" <<EOF
Package: $name
Version: $version
Architecture: $arch
Section: kernel
Priority: optional
Maintainer: $(sed -n 's/^Maintainer: //p' "$top/packaging/debian/control")
Depends: kmod, linux-image-$release | linux-image-$release-unsigned
Recommends: kheaders
Provides: kheaders-modules
Description: headers of the running kernel, from the kernel itself ($release)
 The module kheaders provides /sys/kernel/kheaders.tar.xz, an archive of the
 headers that the running kernel was built with, and of what it takes to build
 modules. This package has it for Linux $release.
EOF
cat >"$stage/DEBIAN/postinst" <<EOF
#!/bin/sh
set -e
[ "\$1" != configure ] || depmod $release
EOF
cat >"$stage/DEBIAN/postrm" <<EOF
#!/bin/sh
set -e
[ ! -d /lib/modules/$release/kernel ] || depmod $release
EOF
chmod 755 "$stage/DEBIAN/postinst" "$stage/DEBIAN/postrm"
mkdir -p "$output"
dpkg-deb --root-owner-group -Zxz --build "$stage" "$tmp/$package"
mv "$tmp/$package" "$output/"
echo "$output/$package"
