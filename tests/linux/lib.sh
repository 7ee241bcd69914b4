# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # variables for those who source this
#
# What the scripts that deal with Linux sources share. Source it.

linux_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$linux_dir/../lib/common.sh"

# The files of Linux that integrate.sh changes or replaces.
hooks=(Documentation/{dontdiff,ABI/testing/sysfs-kernel-btf} Makefile
	include/asm-generic/vmlinux.lds.h init/Kconfig
	kernel/{.gitignore,Makefile,kheaders.c,gen_kheaders.sh}
	lib/{Makefile,Kconfig.debug}
	scripts/{Makefile,Makefile.modfinal,Makefile.vmlinux,link-vmlinux.sh}
	tools/testing/selftests/Makefile)

# cross_compile ARCH: prints what the names of the compiler and its like begin with,
# nothing if this machine is of that architecture.
cross_compile() {
	case $1-$(uname -m) in
	x86_64-x86_64 | arm64-aarch64) ;;
	x86_64-*) echo x86_64-linux-gnu- ;;
	arm64-*) echo aarch64-linux-gnu- ;;
	arm-*) echo arm-linux-gnueabihf- ;;
	powerpc-*) echo powerpc64le-linux-gnu- ;;
	riscv-*) echo riscv64-linux-gnu- ;;
	s390-*) echo s390x-linux-gnu- ;;
	*) die "no compiler is known for $1" ;;
	esac
}

# load_source NAME: the Linux that Debian has the source of in the release of
# tests/boot/debian-NAME.conf. Sets
#
# source_*	name, release and package of it, see there
# linux_work	the directory of what follows
# linux_src	the sources as Debian has them
# linux_hooks	of the sources, only the hooks
load_source() {
	local conf=$top/tests/boot/debian-$1.conf
	[ -e "$conf" ] || die "no Linux '$1': there is no $conf"
	source_name=$1
	source_package=linux-source-$(sed 's/[.]/[.]/g; s/x$/[0-9]+/' <<<"$1")
	read -r source_release source_backports < <(
		row_release='' row_backports=no
		# shellcheck source=/dev/null
		. "$conf"
		echo "$row_release $row_backports")
	linux_work=$top/build/linux/$source_name
	linux_src=$linux_work/src
	linux_hooks=$linux_work/hooks
}
