#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Makes an archive of a kernel's headers, for the kernel to carry along.
#
# The archive is cut into blocks, each an xz stream of its own, so that blocks are
# compressed side by side, and again only if a header in them changed. That is a task
# for make: this script checks what it was given, has plan_blocks divide the files
# into blocks, and leaves the rest to Makefile.archive. What is kept from run to run
# is in a directory beside the archive. The result depends on the headers and on the
# version of xz alone.
set -eu

usage()
{
	cat <<EOF
usage: gen_kheaders.sh --srctree DIR --objtree DIR --srcarch ARCH --output FILE
                       [--profile headers|build] [--symvers FILE] [--jobs N]

  --srctree DIR      kernel sources (for split header packages: the common part)
  --objtree DIR      where that kernel was built or at least prepared
  --srcarch ARCH     directory of the architecture below arch/ (x86, arm64, ...)
  --profile NAME     what to pack: headers (the default), which is *.h below
                     include/ and arch/ARCH/include/, or build, with all else
                     that building a module takes
  --symvers FILE     what to pack as Module.symvers (default: the one in the
                     objtree)
  --jobs N           compress N blocks at once (default: one per processor)
  --output FILE      left alone if its contents would be the same

environment: XZ, HOSTCC, STRIP: programs to use;
             PLAN_BLOCKS, PACK_BLOCK: the host programs, if already built;
             MAKE: "\$(MAKE)" of a makefile that calls this, whose jobs it shares
EOF
}

die()
{
	printf 'gen_kheaders: %s\n' "$*" >&2
	exit 1
}

usage_error()
{
	printf 'gen_kheaders: %s (--help lists the options)\n' "$*" >&2
	exit 2
}

parse_arguments()
{
	srctree='' objtree='' srcarch='' output='' jobs='' profile=headers symvers=''

	while [ $# -gt 0 ]; do
		case $1 in
		--help)
			usage
			exit 0
			;;
		--srctree | --objtree | --srcarch | --profile | --symvers | \
		--jobs | --output)
			[ -n "${2-}" ] || usage_error "$1 wants a value"
			;;
		*)
			usage_error "unknown argument '$1'"
			;;
		esac
		case $1 in
		--srctree) srctree=$2 ;;
		--objtree) objtree=$2 ;;
		--srcarch) srcarch=$2 ;;
		--profile) profile=$2 ;;
		--symvers) symvers=$2 ;;
		--jobs) jobs=$2 ;;
		--output) output=$2 ;;
		esac
		shift 2
	done

	[ -n "$srctree" ] || usage_error "--srctree is missing"
	[ -n "$objtree" ] || usage_error "--objtree is missing"
	[ -n "$srcarch" ] || usage_error "--srcarch is missing"
	[ -n "$output" ] || usage_error "--output is missing"
	case $profile in
	headers | build) ;;
	*) usage_error "unknown profile '$profile'" ;;
	esac
	[ -z "$symvers" ] || [ "$profile" = build ] ||
		usage_error "--symvers is for --profile build"
	case $jobs in
	*[!0-9]* | 0*) usage_error "--jobs wants a number from 1 on, not '$jobs'" ;;
	esac
}

absolute()
{
	case $1 in
	/*) printf '%s\n' "$1" ;;
	*) printf '%s\n' "$PWD/$1" ;;
	esac
}

# What users set for their own programs must not change the archive.
normalize_environment()
{
	unset XZ_OPT XZ_DEFAULTS CDPATH POSIXLY_CORRECT
	LC_ALL=C
	export LC_ALL
	umask 022
	: "${XZ:=xz}" "${HOSTCC:=cc}" "${STRIP:=strip}"
	# A make that knows of this run shares its jobs, and says how much to print.
	if [ -z "${MAKE-}" ]; then
		unset MAKEFLAGS MFLAGS MAKELEVEL MAKEFILES Q quiet
		MAKE='make'
		: "${jobs:=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)}"
	fi
}

check_tools()
{
	for tool in "$MAKE" flock sha256sum; do
		command -v "${tool%% *}" >/dev/null || die "${tool%% *}: no such program"
	done
	# shellcheck disable=SC2086 # XZ can have arguments
	xz_version=$($XZ --version 2>/dev/null) || :
	case $xz_version in
	"xz (XZ Utils) "*) ;;
	*) die "$XZ: is not xz of XZ Utils: install xz-utils, or say XZ=..." ;;
	esac
}

check_trees()
{
	[ -d "$srctree" ] || die "$srctree: no such directory"
	[ -d "$objtree" ] || die "$objtree: no such directory"
	srctree=$(cd "$srctree" && pwd -P) || die "$srctree: cannot enter it"
	objtree=$(cd "$objtree" && pwd -P) || die "$objtree: cannot enter it"
	[ -d "$srctree/include/linux" ] ||
		die "$srctree: not a kernel source tree (it has no include/linux)"
	[ -d "$srctree/arch/$srcarch/include" ] ||
		die "$srctree: no architecture '$srcarch' (it has no arch/$srcarch/include)"
	for header in autoconf.h utsrelease.h asm-offsets.h; do
		header=include/generated/$header
		[ -e "$objtree/$header" ] ||
			die "$objtree: not prepared (it has no $header):" \
				"run 'make prepare' there"
	done
	[ "$profile" = headers ] || check_build_profile
}

# One generator at a time. The lock is held until the last process ends that has it.
enter_work_directory()
{
	output_name=$output
	output=$(absolute "$output")
	output_dir=${output%/*}/
	[ -d "$output_dir" ] || die "$output_dir: no such directory"
	[ ! -d "$output" ] || die "$output: is a directory"
	output_dir=$(cd "$output_dir" && pwd -P) || die "$output_dir: cannot enter it"
	output=$output_dir/${output##*/}
	work=$output_dir/.${output##*/}.d

	mkdir -p "$work" 2>/dev/null || die "$work: cannot make this directory"
	[ -w "$work" ] || die "$work: cannot write there"
	exec 9> "$work/lock"
	flock 9 || die "$work/lock: cannot lock it"
}

# keep FILE: standard input becomes its contents, and its time stays if they are the
# same
keep()
{
	{ cat > "$work/keep.new"; } 2> "$work/log" ||
		die "$work/$1: cannot write it: $(tail -n 1 "$work/log")"
	if cmp -s "$work/keep.new" "$work/$1"; then
		rm "$work/keep.new"
	else
		mv -f "$work/keep.new" "$work/$1"
	fi
}

# build_host_program NAME SOURCE...
build_host_program()
{
	name=$1
	shift
	# shellcheck disable=SC2086 # HOSTCC can be "ccache gcc"
	(cd "$here" && $HOSTCC -O2 -o "$work/$name.new" "$@") 2> "$work/log" 9>&- ||
		die "cannot build $name with '$HOSTCC': $(tail -n 1 "$work/log")"
	mv -f "$work/$name.new" "$work/$name"
}

# In a kernel build they are there already.
build_host_programs()
{
	[ -z "${PLAN_BLOCKS-}" ] || [ -z "${PACK_BLOCK-}" ] || return 0
	PLAN_BLOCKS=$work/plan_blocks PACK_BLOCK=$work/pack_block
	{
		echo "$HOSTCC"
		cat "$here"/*.[ch] | cksum
	} > "$work/sources.new"
	if [ ! -x "$PLAN_BLOCKS" ] || [ ! -x "$PACK_BLOCK" ] ||
	   ! cmp -s "$work/sources.new" "$work/sources"; then
		build_host_program plan_blocks plan_blocks.c
		build_host_program pack_block pack_block.c strip_comments.c ustar.c \
			sha256.c
	fi
	mv -f "$work/sources.new" "$work/sources"
}

# list TREE LIST FUNCTION...: adds to the list what the function prints, called in the
# tree: paths, each followed by a NUL
list()
{
	tree=$1 list=$work/$2
	shift 2
	(cd "$tree" && "$@") >> "$list" 2> "$work/log" || :
	# Of several programs that the function runs, any may have failed.
	[ ! -s "$work/log" ] ||
		die "$tree: cannot list its files: $(tail -n 1 "$work/log")"
}

# find_headers [FIND-EXPRESSION...]: those of a tree. Distributions have links to
# directories of another package in theirs.
#
# include/config has marks of kbuild, called .h up to Linux 5.12, and those of options
# from earlier configurations among them. What says when the kernel was linked is yet
# to come: utsversion.h, up to 5.x compile.h.
find_headers()
{
	set -- -path include/config -prune -o "$@" -name '*.h' ! -type d \
		! -path include/generated/utsversion.h
	if grep -qs UTS_VERSION include/generated/compile.h; then
		set -- "$@" ! -path include/generated/compile.h
	fi
	set -- include/ "$@" -print0
	[ ! -d "arch/$srcarch/include" ] || set -- "arch/$srcarch/include/" "$@"
	find -L "$@"
}

list_files()
{
	rm -f "$work"/*.list
	list "$objtree" obj.list find_headers
	if [ "$srctree" != "$objtree" ]; then
		# a source tree that was once built in place has stale ones
		list "$srctree" src.list find_headers \
			\( -path include/generated -o \
			   -path "arch/$srcarch/include/generated" \) -prune -o
	fi
	cat "$work"/*.list | tr '\0' '\n' | grep -qx include/linux/kconfig.h ||
		die "$srctree: where are its headers? There is no include/linux/kconfig.h"
	[ "$profile" = headers ] || list_build_profile
}

plan_blocks()
{
	set -- "$objtree" "$work/obj.list"
	if [ "$srctree" != "$objtree" ]; then
		set -- "$srctree" "$work/src.list" "$@"
	fi
	if [ "$profile" = build ]; then
		set -- "$@" "$here/kit" "$work/kit.list" "$work/extra" "$work/extra.list"
	fi
	"$PLAN_BLOCKS" "$work" "$@" || exit 1
}

macro()
{
	sed -n "s/^#define $2 \"\\(.*\\)\"\$/\\1/p" "$objtree/include/generated/$1"
}

# What the blocks depend on besides the headers
write_settings()
{
	{
		echo "$XZ: $xz_version"
		cksum < "$PACK_BLOCK"
		cksum < "$here/Makefile.archive"
	} | keep settings
	{
		echo "release=$(macro utsrelease.h UTS_RELEASE)"
		echo "arch=$srcarch"
		echo "profile=$profile"
		echo "compiler=$(macro autoconf.h CONFIG_CC_VERSION_TEXT)"
		cat "$work/layout"
	} | keep manifest.head
	printf '%s\0' manifest .kheaders/manifest > "$work/manifest.files"
}

compress()
{
	export PACK_BLOCK XZ OUTPUT="$output" OUTPUT_NAME="$output_name"
	# shellcheck disable=SC2086 # MAKE can have arguments
	exec $MAKE -rR --no-print-directory ${jobs:+"-j$jobs"} -C "$work" \
		-f "$here/Makefile.archive" blocks="$(tr '\n' ' ' < "$work/blocks")"
}

here=$(cd "$(dirname -- "$0")" && pwd -P)
# shellcheck source=scripts/kheaders/build_profile.sh
. "$here/build_profile.sh"

parse_arguments "$@"
normalize_environment
check_tools
srctree=$(absolute "$srctree")
objtree=$(absolute "$objtree")
[ -z "$symvers" ] || symvers=$(absolute "$symvers")
check_trees
enter_work_directory
build_host_programs
list_files
plan_blocks
write_settings
compress
