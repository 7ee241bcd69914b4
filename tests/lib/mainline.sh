# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Linux's own generator, kernel/gen_kheaders.sh. Source it. In each function SRC is a
# full source tree and OBJ where it was prepared, both absolute and not the same.

# The script of 7.x takes lists, older ones make them.
mainline_takes_lists() {
	grep -q srclist "$1/kernel/gen_kheaders.sh"
}

# mainline_lists SRC OBJ ARCH OUT: what kernel/Makefile does before it may call the
# script of 7.x: two lists, and a digest of the names, for links. This much is done
# even if nothing changed.
mainline_lists() {
	local dir
	for dir in include "arch/$3/include"; do
		find "$1/$dir" -path "$1/$dir/generated" -prune -o -name '*.h' -print
	done >"$4.srclist"
	for dir in include "arch/$3/include"; do
		(cd "$2" && find "$dir/generated" ! -path include/generated/utsversion.h \
			-name '*.h' -print)
	done >"$4.objlist"
	xargs -r -a "$4.srclist" stat -c %N | md5sum >"$4.md5"
}

# mainline_archive SRC OBJ ARCH OUT: packs to OUT, which is absolute, too.
mainline_archive() (
	export srctree=$1 SRCARCH=$3 TAR=tar XZ=xz building_out_of_srctree=1
	cd "$2" || return
	if mainline_takes_lists "$1"; then
		mainline_lists "$@"
		sh "$1/kernel/gen_kheaders.sh" "$4" "$4.srclist" "$4.objlist" ''
	else
		mkdir -p kernel
		sh "$1/kernel/gen_kheaders.sh" kernel/mainline.tar.xz &&
			cp kernel/mainline.tar.xz "$4"
	fi
)
