# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # variables for those who source this
#
# What the scripts about virtual machines share: kernels as data, where things are,
# and how to run a command in a Debian root. Source it.

vm=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$vm/../lib/common.sh"

# load_row NAME: sets the variables of tests/boot/NAME.conf or tests/slow/NAME.conf;
# tests/README.md says what they mean. Besides:
#
# root		the Debian root that is the user space
# src		the row's copy of the project, as seen inside the root
# row_work	a directory for what the row makes and leaves
# row_guest	part of it that the guest mounts at /own
# row_tree, row_obj
#		where a kernel of our own is built from, and to
load_row() {
	local file
	row=$1 row_arch=amd64 row_release='' row_backports=no row_packages=''
	row_flavour='' row_options='' row_source='' row_put_in='' row_deb='' row_init=''
	row_disk='' row_images='' row_root='' row_config='' row_make=''
	row_checks='' row_jobs='' row_leave_out='' row_rounds=50 row_seconds=''
	row_skips=() row_timeout=900
	file=$(find "$top"/tests/{boot,slow} -name "$1.conf")
	[ -n "$file" ] || die "no kernel '$1': have $(cd "$top/tests" &&
		echo boot/*.conf slow/*.conf | sed -E 's,[a-z]+/|\.conf,,g')"
	# shellcheck source=/dev/null
	. "$file"
	root=$roots/${row_root:-$row}
	src=/src/$row
	row_work=${VM_WORK:-$top/build/rows/$row}
	row_guest=$row_work/guest
	row_tree=$row_work/tree
	row_obj=$row_work/obj
	arch_flavour=$row_arch
	# shellcheck source-path=SCRIPTDIR source=arch-amd64.conf
	. "$vm/arch-$row_arch.conf"
	row_flavour=${row_flavour:-$arch_flavour}
}

# Is the row of another architecture than this machine? Then nothing in its root can
# be run here, not even by in_root.
is_foreign() {
	[ "$row_arch" != "$(dpkg --print-architecture)" ]
}

# The kernel release that the header package in the row's root is for.
kernel_release() {
	local dir
	dir=$(only_directory "$root"/usr/src/linux-headers-*-"$row_flavour")
	printf '%s\n' "${dir##*/linux-headers-}"
}

# The part of it that all flavours of that kernel share.
common_headers() {
	only_directory "$root"/usr/src/linux-headers-*-common*
}

only_directory() {
	if [ "$#" -ne 1 ] || [ ! -d "$1" ]; then
		die "$root: expected the headers of exactly one kernel"
	fi
	printf '%s\n' "$1"
}

# Prints the path of the helper that makes /dev/null work in a root without
# device nodes; builds it if need be.
devnull() {
	local bin=$roots/devnull
	if [ ! -x "$bin" ] || [ "$vm/devnull.c" -nt "$bin" ]; then
		mkdir -p "$roots"
		"${CC:-cc}" -O2 -Wall -o "$bin.$$" "$vm/devnull.c" ||
			die "cannot build devnull"
		mv -f "$bin.$$" "$bin"
	fi
	printf '%s\n' "$bin"
}

# in_root CMD...: runs CMD inside the row's root with a clean environment.
in_root() {
	local helper
	helper=$(devnull)
	"$helper" chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		"$@"
}

# make_vmlinux FILE [PREFIX]: what stands in for the vmlinux that no header package has, by
# the compiler whose name has this prefix
make_vmlinux() {
	echo 'int main(void) { return 0; }' |
		"${2-}gcc" -g -Wl,--build-id=sha1 -x c -o "$1" -
	"${2-}objcopy" "$1" --rename-section .note.gnu.build-id=.notes
}
