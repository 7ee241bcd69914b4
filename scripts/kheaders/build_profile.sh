# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154 # variables of gen_kheaders.sh
#
# What profile "build" packs besides the headers: that with which a module is
# built. It is less than Linux's scripts/package/install-extmod-build takes: of
# the scripts those that the build of a module runs, no Kconfig, no tools for
# people. The functions print the paths of what there is in the tree that they
# are called in, each followed by a NUL.
#
# Programs that run while a module is built were built for the machine that
# built the kernel. Their sources go along, for .kheaders/prepare-host.sh.

existing()
{
	for path; do
		[ ! -f "$path" ] || printf '%s\0' "$path"
	done
}

# files DIRECTORY FIND-EXPRESSION...: not recursive
files()
{
	directory=$1
	shift
	[ ! -d "$directory" ] ||
		find -L "$directory/" -maxdepth 1 ! -type d \( "$@" \) -print0
}

option_is_set()
{
	grep -qx "$1=[ym]" "$objtree/include/config/auto.conf"
}

# Debian has one such program for all architectures, which calls these.
real_program()
{
	bits=32 order=lsb
	! option_is_set CONFIG_64BIT || bits=64
	! option_is_set CONFIG_CPU_BIG_ENDIAN || order=msb
	existing "$1" "$1.real-$order-$bits" "$1.real-$srcarch"
}

# The program that makes symbols' versions, if they have some
versioner()
{
	if option_is_set CONFIG_GENDWARFKSYMS; then
		echo gendwarfksyms
	elif option_is_set CONFIG_MODVERSIONS; then
		echo genksyms
	fi
}

# Programs and libraries that run while a module is built.
host_programs()
{
	existing scripts/basic/fixdep scripts/sign-file
	! option_is_set CONFIG_FTRACE_MCOUNT_USE_RECORDMCOUNT ||
		existing scripts/recordmcount
	real_program scripts/mod/modpost
	for name in $(versioner); do
		existing "scripts/$name/$name"
	done
	! option_is_set CONFIG_GCC_PLUGINS || files scripts/gcc-plugins -name '*.so'
	! needs_objtool || real_program tools/objtool/objtool
}

# In both trees: the one has the scripts, the other what was built from them.
script_files()
{
	files scripts -name 'Makefile*' -o -name '*.include' -o -name '*.sh' \
		-o -name '*.scl' -o -name module.lds -o -name module-common.c \
		-o -name check-local-export -o -name recordmcount.pl
	! option_is_set CONFIG_FTRACE_MCOUNT_USE_RECORDMCOUNT ||
		files scripts -name 'recordmcount.[ch]'
	files scripts/include -name '*.h'
	files scripts/basic -name Makefile -o -name 'fixdep.[ch]'
	files scripts/mod -name Makefile -o -name '*.[ch]'
	for name in $(versioner); do
		files "scripts/$name" -name Makefile -o -name '*.[ch]'
	done
}

objtool_sources()
{
	[ -f tools/objtool/check.c ] || return 0
	files tools/lib -name '*.c'
	for directory in tools/objtool "tools/arch/$srcarch" tools/build \
		tools/include tools/lib/subcmd tools/scripts; do
		[ ! -d "$directory" ] || find -L "$directory" \
			\( -name nolibc -o -name feature -o -name tests -o \
			-path tools/include/uapi/sound -o \
			-path tools/include/uapi/drm \) -prune -o ! -type d \
			\( -name '*.[ch]' -o -name 'Makefile*' -o \
			-name 'Build*' -o -name '*.sh' -o -name '*.awk' -o \
			-name '*.txt' -o -name '*.include' -o -name '*.mak' \) \
			-print0
	done
}

needs_objtool()
{
	option_is_set CONFIG_OBJTOOL || option_is_set CONFIG_STACK_VALIDATION
}

build_profile_sources()
{
	existing Makefile
	files "arch/$srcarch" -name 'Makefile*' -o -name Platform \
		-o -name Kbuild.platforms
	find -L "arch/$srcarch" -path "arch/$srcarch/include" -prune -o \
		-path '*/include/*' -name '*.h' -print0
	script_files
	! needs_objtool || objtool_sources
}

build_profile_objects()
{
	existing .config .kernelvariables Module.symvers \
		include/config/auto.conf include/config/kernel.release \
		include/generated/rustc_cfg \
		"arch/$srcarch/module.lds"
	script_files
	host_programs
}

# What is not packed as it is: programs without what only a debugger wants, which
# differs from one directory to build in to another, and Module.symvers by this name.
# A program stays as it is if it is for a machine that strip does not know.
list_extra()
{
	tr '\0' '\n' < "$work/programs.list" | while read -r program; do
		mkdir -p "$work/extra/${program%/*}"
		if $STRIP --strip-all --remove-section=.note.gnu.build-id \
			-o "$work/stripped" "$objtree/$program" 2> "$work/log"; then
			keep "extra/$program" < "$work/stripped"
			[ -x "$work/extra/$program" ] || chmod +x "$work/extra/$program"
			printf '%s\0' "$program"
		fi
	done > "$work/extra.list"
	rm -f "$work/stripped"
	if [ -n "$symvers" ]; then
		mkdir -p "$work/extra"
		keep extra/Module.symvers < "$symvers"
		printf '%s\0' Module.symvers >> "$work/extra.list"
	fi
}

list_build_profile()
{
	sources=src.list
	[ "$srctree" != "$objtree" ] || sources=obj.list
	list "$srctree" "$sources" build_profile_sources
	list "$objtree" obj.list build_profile_objects
	list "$objtree" programs.list host_programs
	list "$here/kit" kit.list existing GNUmakefile .kheaders/check-build.sh \
		.kheaders/prepare-host.sh
	list_extra
}

cannot_build()
{
	die "$objtree: cannot build modules (it has no $1): run" \
		"'make modules_prepare' there"
}

# Is the kernel built as far as modules need it, and may they be built by anybody?
check_build_profile()
{
	[ -f "$srctree/Makefile" ] ||
		die "$srctree: has no Makefile: profile build wants the kernel's"
	[ -f "$objtree/include/config/auto.conf" ] ||
		cannot_build include/config/auto.conf
	if option_is_set CONFIG_RANDSTRUCT || option_is_set CONFIG_GCC_PLUGIN_RANDSTRUCT
	then
		die "$objtree: what lays out its structures at random (RANDSTRUCT)" \
			"is secret, and modules need it: pack --profile headers," \
			"with IKHEADERS_BUILD=n"
	fi
	for path in scripts/basic/fixdep \
		scripts/mod/modpost; do
		[ -f "$objtree/$path" ] || cannot_build "$path"
	done
	[ -f "$objtree/scripts/module.lds" ] ||
		[ -f "$objtree/arch/$srcarch/module.lds" ] ||
		cannot_build scripts/module.lds
	! needs_objtool || [ -f "$objtree/tools/objtool/objtool" ] ||
		cannot_build tools/objtool/objtool
	[ -z "$symvers" ] || [ -f "$symvers" ] || die "$symvers: no such file"
	[ -n "$symvers" ] || [ -f "$objtree/Module.symvers" ] ||
		echo "gen_kheaders: warning: $objtree: has no Module.symvers:" \
			"modules built from this archive will lack versions" >&2
}
