# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Small prepared kernel trees in the shapes that there are, and
# what the tests do with them.

# shellcheck source=tests/lib/common.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/common.sh"
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"

gen=$top/scripts/kheaders/gen_kheaders.sh
out=$tap_tmp/out/k.tar.xz

fresh_out() {
	rm -rf "$tap_tmp/out"
	mkdir "$tap_tmp/out"
}

# What lies beside the archive that should not.
beside_out() {
	find "$tap_tmp/out" -mindepth 1 -maxdepth 1 ! -name k.tar.xz ! -name .k.tar.xz.d
}

# put FILE [LINE...]: writes a file, making its directories.
put() {
	[ -d "${1%/*}" ] || mkdir -p "${1%/*}"
	printf '%s\n' "${@:2}" >"$1"
}

# cc -O2 -o PROGRAM SOURCE..., as the generator calls it. What it made once it copies
# from then on, for most runs are in want of the same two programs.
hostcc=$tap_tmp/cc
# shellcheck disable=SC2016 # the script's variables
put "$hostcc" '#!/bin/sh' "made='$tap_tmp/made.'\${3##*/} out=\$3" \
	'[ -e "$made" ] || { shift 3; cc -O2 -o "$made.$$" "$@" && mv "$made.$$" "$made"; }' \
	'cp "$made" "$out"'
chmod 755 "$hostcc"

# What every source tree has. The header of random numbers, which compresses badly,
# makes the archive large enough to be cut at many places.
tree_src() {
	local file
	put "$1/Makefile" 'VERSION = 7' 'PATCHLEVEL = 3' 'SUBLEVEL = 4' 'EXTRAVERSION ='
	for file in Kbuild arch/{x86,arm64}/Makefile; do
		put "$1/$file" '# nothing'
	done
	put "$1/kernel/private.h" '#define PRIVATE 1'
	put "$1/include/linux/sched.h" '/* one' ' * two */ struct task;' \
		'int  pid; // three'
	put "$1/include/linux/kconfig.h" '#include <generated/autoconf.h>'
	put "$1/include/linux/string.h" '#define S "/* kept  */"'
	put "$1/include/linux/empty.h"
	put "$1/include/linux/README" 'not a header'
	put "$1/include/uapi/linux/bpf.h" '#define BPF 1'
	put "$1/include/asm-generic/io.h" '#define IO 0 /* generic */'
	put "$1/arch/x86/include/asm/io.h" '#define IO 1'
	put "$1/arch/x86/include/uapi/asm/ptrace.h" 'struct pt_regs;'
	put "$1/arch/arm64/include/asm/io.h" '#define IO 2'
	awk 'BEGIN {
		srand(1)
		for (i = 0; i < 4000; i++)
			printf "#define N%d %d\n", i, rand() * 2 ^ 31
	}' >"$1/include/linux/noise.h"
}

# tree_obj OBJ [ARCH]: what `make prepare` leaves.
tree_obj() {
	local arch=${2:-x86} file
	put "$1/.config" 'CONFIG_64BIT=y'
	put "$1/include/config/auto.conf" 'CONFIG_64BIT=y' \
		'CONFIG_CC_VERSION_TEXT="gcc (Debian 14.2.0-19) 14.2.0"'
	put "$1/include/config/kernel.release" '7.3.4-test'
	put "$1/include/generated/autoconf.h" '#define CONFIG_64BIT 1'
	put "$1/include/generated/utsrelease.h" '#define UTS_RELEASE "7.3.4-test"'
	put "$1/include/generated/utsversion.h" '#define UTS_VERSION "#1 SMP now"'
	for file in include/generated/{asm-offsets,bounds,compile,uapi/linux/version} \
		"arch/$arch/include/generated"/{asm/local64,uapi/asm/types}; do
		put "$1/$file.h" "#define GENERATED \"${file##*/}\""
	done
}

# One directory, as after `make prepare` without O=.
tree_inplace() {
	tree_src "$1"
	tree_obj "$1"
}

# $1/src and $1/obj, as after `make O=../obj prepare`.
tree_split() {
	tree_src "$1/src"
	tree_obj "$1/obj"
	put "$1/obj/Makefile" "include $1/src/Makefile"
	ln -s "$1/src" "$1/obj/source"
}

# $1/common and $1/amd64, as in Debian's linux-headers packages.
tree_debian() {
	tree_src "$1/common"
	rm -r "$1/common/kernel"
	mkdir -p "$1/kbuild/scripts" "$1/kbuild/tools"
	ln -s ../kbuild/scripts ../kbuild/tools "$1/common/"
	tree_obj "$1/amd64"
	put "$1/amd64/Makefile" "include $1/common/Makefile"
	put "$1/amd64/.kernelvariables" 'override ARCH = x86'
	put "$1/amd64/Module.symvers"
	ln -s ../kbuild/scripts ../kbuild/tools "$1/amd64/"
}

# $1/common and $1/generic, as in Ubuntu's linux-headers packages: the one has links to
# the other's directories, and serves as a tree that was built in place.
tree_ubuntu() {
	local path
	tree_src "$1/common"
	rm -r "$1/common/kernel"
	tree_obj "$1/generic"
	(cd "$1/common" && ls -d Makefile Kbuild include/* arch/x86/Makefile \
		arch/x86/include/{asm,uapi}) |
		while read -r path; do
			mkdir -p "$(dirname "$1/generic/$path")"
			ln -s "$1/common/$path" "$1/generic/$path"
		done
}

# tree_kit SRC OBJ: what a kernel's build leaves beyond the headers, and things that
# are none of a module's business.
tree_kit() {
	local file
	for file in Kbuild.include Makefile.build Makefile.modpost subarch.include \
		pahole-version.sh module-common.c mod/modpost.c mod/Makefile \
		basic/fixdep.c genksyms/genksyms.c include/xalloc.h recordmcount.c \
		integer-wrap-ignore.scl; do
		put "$1/scripts/$file" "/* $file */"
	done
	chmod +x "$1/scripts/pahole-version.sh"
	put "$1/arch/x86/Makefile_32.cpu" '# 32'
	put "$1/tools/objtool/check.c" 'int check;'
	put "$1/tools/include/linux/types.h" '/* tools */'
	put "$2/System.map" 'ffffffff81000000 T _text'
	put "$2/Module.symvers" '0x12345678	printk	vmlinux	EXPORT_SYMBOL	'
	put "$2/include/config/SMP"
	put "$2/scripts/module.lds" 'SECTIONS {}'
	put "$2/scripts/mod/elfconfig.h" '#define KERNEL_ELFCLASS ELFCLASS64'
	for file in "$1"/{scripts/{kconfig/conf.c,checkpatch.pl},tools/perf/perf.c} \
		"$2"/scripts/{kconfig/conf,mod/modpost.o}; do
		put "$file" 'none of it'
	done
	for file in scripts/{recordmcount,basic/fixdep,mod/modpost,genksyms/genksyms} \
		tools/objtool/objtool; do
		tree_program "$2/$file"
	done
	printf 'CONFIG_%s=y\n' MODVERSIONS OBJTOOL FTRACE_MCOUNT_USE_RECORDMCOUNT >>"$2/include/config/auto.conf"
}

tree_program() {
	[ -e "$tap_tmp/program" ] ||
		gcc -g -x c -o "$tap_tmp/program" - <<<'int main(void) {}'
	mkdir -p "${1%/*}"
	cp "$tap_tmp/program" "$1"
}

# What mainline packs of a tree made by the functions above.
tree_members() {
	printf './%s.h\n' \
		arch/x86/include/{asm/io,generated/{asm/local64,uapi/asm/types}} \
		arch/x86/include/uapi/asm/ptrace include/asm-generic/io \
		include/generated/{asm-offsets,autoconf,bounds,compile} \
		include/generated/{uapi/linux/version,utsrelease} \
		include/linux/{empty,kconfig,noise,sched,string} include/uapi/linux/bpf
}

# generate SRC OBJ OUT [OPTION...]
generate() {
	HOSTCC=${HOSTCC-$hostcc} "$gen" --srctree "$1" --objtree "$2" --srcarch x86 \
		--output "$3" "${@:4}"
}

# A tool in xz's place passes the generator's look at what it is.
# shellcheck disable=SC2016 # the script's variables
xz_version='[ "$1" != --version ] || exec xz --version'

# kit SRC OBJ OUT [OPTION...]: likewise, all that it takes to build modules
kit() {
	generate "$@" --profile build
}

# The archive as somebody makes it who starts with nothing: the standard that
# an incremental run is held to.
generate_afresh() {
	local fresh
	fresh=$(mktemp -d "$tap_tmp/fresh.XXXXXX")
	generate "$1" "$2" "$fresh/k.tar.xz" "${@:4}" >"$tap_tmp/said"
	mv "$fresh/k.tar.xz" "$3"
	rm -r "$fresh"
}

# The headers in an archive, sorted; the manifest is ours alone.
members() {
	tar -tJf "$1" --quoting-style=literal | grep -v '^\./\.kheaders/' | LC_ALL=C sort
}

# member ARCHIVE PATH: one member's contents
member() {
	tar -xJOf "$1" "$2"
}

# Runs a command as somebody who may not read everything.
as_nobody() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"
	else
		"$@"
	fi
}

# open_directory DIR TREE: a directory where nobody can work, with copies of the
# generator (DIR/scripts) and of a tree (DIR/tree), and a place for output
# (DIR/out). The originals may be under a home that is closed to others.
open_directory() {
	chmod 755 "$tap_tmp"
	mkdir "$1" "$1/out"
	cp -r "${gen%/*}" "$1/scripts"
	cp -r "$2" "$1/tree"
	[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$1"
}
