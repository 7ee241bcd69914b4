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

# files FOLDER FIND-EXPRESSION...: not what is only in folders below
files()
{
	folder=$1
	shift
	[ ! -d "$folder" ] ||
		find "$folder/" -maxdepth 1 ! -type d \( "$@" \) -print0
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

# What only a debugger wants differs from one folder to build in to another. Scripts,
# and programs for a machine that strip does not know, stay as they are.
slim_programs()
{
	find "$1" -type f -perm -u+x -exec strip --strip-all \
		--remove-section=.note.gnu.build-id {} + 2> /dev/null || :
}

# In both trees: the one has the scripts, the other what was built from them.
script_files()
{
	files scripts -name 'Makefile*' -o -name '*.include' -o -name '*.sh' \
		-o -name module.lds -o -name module-common.c \
		-o -name check-local-export -o -name recordmcount \
		-o -name recordmcount.pl -o -name sign-file
	files scripts/include -name '*.h'
	files scripts/basic -name Makefile -o -name fixdep -o -name 'fixdep.[ch]'
	files scripts/mod -name Makefile -o -name '*.[ch]'
	real_program scripts/mod/modpost
	if option_is_set CONFIG_GENDWARFKSYMS; then
		files scripts/gendwarfksyms -name Makefile -o -name '*.[ch]' \
			-o -name gendwarfksyms
	elif option_is_set CONFIG_MODVERSIONS; then
		files scripts/genksyms -name Makefile -o -name '*.[ch]' \
			-o -name genksyms
	fi
	if option_is_set CONFIG_GCC_PLUGINS; then
		files scripts/gcc-plugins -name '*.so'
	fi
}

objtool_sources()
{
	[ -f tools/objtool/check.c ] || return 0
	files tools/lib -name '*.c'
	for folder in tools/objtool "tools/arch/$srcarch" tools/build \
		tools/include tools/lib/subcmd tools/scripts; do
		[ ! -d "$folder" ] || find "$folder" \
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
	find "arch/$srcarch" -path "arch/$srcarch/include" -prune -o \
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
	! needs_objtool || real_program tools/objtool/objtool
}

cannot_build()
{
	die "$objtree: cannot build modules (it has no $1): run" \
		"'make modules_prepare' there"
}

# check_build_profile: is the kernel built as far as modules need it?
check_build_profile()
{
	[ -f "$srctree/Makefile" ] ||
		die "$srctree: has no Makefile: profile build wants the kernel's"
	for path in include/config/auto.conf scripts/basic/fixdep \
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
