#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# prepare-host.sh HOSTCC...: makes anew, of the programs that a module's build
# runs, those that do not run on this machine.
#
# prepare-host.sh --check: names one that does not, or nothing
set -eu

die()
{
	echo "prepare-host: $*" >&2
	exit 1
}

# The class, byte order and machine that an ELF file is for.
machine()
{
	od -An -tx1 -j 4 -N 2 -- "$1"
	od -An -tx1 -j 18 -N 2 -- "$1"
}

# That it is for the machine that make is for: a shell may take a program for
# another one for a script, and "run" it. That it finds its libraries.
runs()
{
	[ "$(machine "$1")" = "$(machine "$(command -v make)")" ] || return 1
	"$1" </dev/null >/dev/null 2>&1 || [ $? -ne 127 ]
}

# want_source PROGRAM SOURCE...
want_source()
{
	program=$1
	shift
	for source; do
		[ -f "$source" ] ||
			die "$program does not run on this machine, and its" \
				"source did not come along ($source):" \
				"build on a machine like the kernel's"
	done
}

# build PROGRAM SOURCE...: with the libraries in $libs
libs=''
build()
{
	want_source "$@"
	program=$1
	shift
	# shellcheck disable=SC2086 # lists, such as "ccache gcc"
	$hostcc -O2 -w -I scripts/include -I "${program%/*}" \
		-o "$program.new" "$@" $libs || die "cannot build $program with $hostcc"
	mv -f "$program.new" "$program"
}

# It has a makefile of its own, and says so if it misses a library.
build_objtool()
{
	want_source tools/objtool/objtool tools/objtool/objtool.c
	arch=$(sed -n 's/^arch=//p' .kheaders/manifest)
	make -s --no-print-directory -C tools/objtool srctree="$PWD" \
		SRCARCH="$arch" ARCH="$arch" HOSTCC="$hostcc" HOSTLD=ld \
		HOSTAR=ar HOSTPKG_CONFIG=pkg-config ||
		die "cannot build tools/objtool/objtool with $hostcc"
}

# prepare PROGRAM COMMAND...
prepare()
{
	program=$1
	shift
	if [ ! -e "$program" ]; then
		return
	elif runs "$program"; then
		say "$program runs"
	elif [ -n "$check" ]; then
		echo "$program"
		exit 0
	else
		"$@"
		runs "$program" || die "$program: built, and does not run either"
		say "$program was built"
	fi
}

say()
{
	[ -n "$check" ] || echo "prepare-host: $*"
}

check='' hostcc=$*
if [ "${1-}" = --check ]; then
	check=y
else
	command -v "${1-}" >/dev/null ||
		die "no such compiler: ${1-}; say HOSTCC=..."
fi
cd "$(dirname -- "$0")/.."
prepare scripts/basic/fixdep build scripts/basic/fixdep scripts/basic/fixdep.c
set -- scripts/mod/modpost.c scripts/mod/file2alias.c scripts/mod/sumversion.c
[ ! -f scripts/mod/symsearch.c ] || set -- "$@" scripts/mod/symsearch.c
prepare scripts/mod/modpost build scripts/mod/modpost "$@"
prepare scripts/genksyms/genksyms build scripts/genksyms/genksyms \
	scripts/genksyms/genksyms.c scripts/genksyms/parse.tab.c \
	scripts/genksyms/lex.lex.c
prepare scripts/recordmcount build scripts/recordmcount scripts/recordmcount.c
prepare tools/objtool/objtool build_objtool
dir=scripts/gendwarfksyms
libs='-ldw -lelf -lz'
prepare $dir/gendwarfksyms build $dir/gendwarfksyms $dir/gendwarfksyms.c $dir/cache.c \
	$dir/die.c $dir/dwarf.c $dir/kabi.c $dir/symbols.c $dir/types.c
