#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Make an archive of a kernel's headers, for the kernel to carry along.
#
# The archive is cut into blocks, each an xz stream of its own: blocks are
# compressed side by side, and only those with a changed header are made again.
# What is known from the run before lies in a folder beside the archive. The
# result depends on the headers and on the versions of tar and xz alone.
set -eu

usage()
{
	cat <<EOF
usage: gen_kheaders.sh --srctree DIR --objtree DIR --srcarch ARCH --output FILE
                       [--profile headers|build] [--symvers FILE] [--jobs N]

  --srctree DIR      kernel sources (for split header packages: the common part)
  --objtree DIR      where that kernel was built or at least prepared
  --srcarch ARCH     folder of the architecture below arch/ (x86, arm64, ...)
  --profile NAME     what to pack: headers (the default), which is *.h below
                     include/ and arch/ARCH/include/, or build, with all else
                     that building a module takes
  --symvers FILE     what to pack as Module.symvers (default: the one in the
                     objtree)
  --jobs N           compress N blocks at once (default: one per processor)
  --output FILE      left alone if its contents would be the same

environment: TAR, XZ, HOSTCC: programs to use;
             STRIP_COMMENTS, PLAN_BLOCKS: the host programs, if already built
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
	srctree=$(absolute "$srctree")
	objtree=$(absolute "$objtree")
	[ -z "$symvers" ] || symvers=$(absolute "$symvers")
	output_name=$output
	output=$(absolute "$output")
	case $profile in
	headers | build) ;;
	*) usage_error "unknown profile '$profile'" ;;
	esac
	[ -z "$symvers" ] || [ "$profile" = build ] ||
		usage_error "--symvers is for --profile build"
	: "${jobs:=$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)}"
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

# What users set for their own tar and xz must not change the archive.
normalize_environment()
{
	unset TAR_OPTIONS XZ_OPT XZ_DEFAULTS CDPATH POSIXLY_CORRECT
	LC_ALL=C
	export LC_ALL
	umask 022
	: "${TAR:=tar}" "${XZ:=xz}" "${HOSTCC:=cc}"
}

check_trees()
{
	[ -d "$srctree" ] || die "$srctree: no such folder"
	[ -d "$objtree" ] || die "$objtree: no such folder"
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

check_tools()
{
	for tool in "$TAR" "$XZ" flock setsid sha256sum; do
		command -v "${tool%% *}" >/dev/null ||
			die "${tool%% *}: no such program"
	done
}

# One generator at a time; the lock goes with the processes that hold it.
enter_work_folder()
{
	output_dir=${output%/*}/
	[ -d "$output_dir" ] || die "$output_dir: no such folder"
	[ ! -d "$output" ] || die "$output: is a folder"
	output_dir=$(cd "$output_dir" && pwd -P) || die "$output_dir: cannot enter it"
	output=$output_dir/${output##*/}
	work=$output_dir/.${output##*/}.d

	mkdir -p "$work" 2>/dev/null || die "$work: cannot make this folder"
	[ -w "$work" ] || die "$work: cannot write there"
	exec 9> "$work/lock"
	flock 9 || die "$work/lock: cannot lock it"
	: "${STRIP_COMMENTS:=$work/strip_comments}"
	: "${PLAN_BLOCKS:=$work/plan_blocks}"
}

# What the blocks were made with, and that nothing has damaged them since.
state()
{
	cat -- "$0" "$here"/*.[ch] "$here/build_profile.sh" \
		"$STRIP_COMMENTS" "$PLAN_BLOCKS" 2>/dev/null | cksum
	echo "$srcarch $profile $TAR $XZ $HOSTCC"
	find "$work" -type f \( -name '*.files' -o -name '*.stamp' -o \
		-name '*.sums' -o -name '*.xz' \) -exec cksum {} + | sort
}

drop_unusable_state()
{
	if [ "$(state)" != "$(cat "$work/state" 2>/dev/null)" ]; then
		find "$work" -mindepth 1 -maxdepth 1 ! -name lock -exec rm -rf {} +
	fi
}

build_host_program()
{
	[ ! -x "$work/$1" ] || return 0
	# shellcheck disable=SC2086 # HOSTCC can be "ccache gcc"
	$HOSTCC -O2 -o "$work/$1" "$here/$1.c" 2> "$work/log" ||
		die "cannot build $1 with '$HOSTCC': $(tail -n 1 "$work/log")"
}

# In a kernel build they are there already.
build_host_programs()
{
	[ "$STRIP_COMMENTS" != "$work/strip_comments" ] ||
		build_host_program strip_comments
	[ "$PLAN_BLOCKS" != "$work/plan_blocks" ] ||
		build_host_program plan_blocks
}

# Writes the paths of a tree's headers to a file, each followed by a NUL.
list_headers()
{
	tree=$1 list=$2
	shift 2

	# include/config has marks of kbuild, called .h up to Linux 5.12, and those
	# of options from earlier configurations among them. What says when the
	# kernel was linked is yet to come: utsversion.h, up to 5.x compile.h.
	set -- -path include/config -prune -o "$@" -name '*.h' ! -type d \
		! -path include/generated/utsversion.h
	if grep -qs UTS_VERSION "$tree/include/generated/compile.h"; then
		set -- "$@" ! -path include/generated/compile.h
	fi
	folders=include/
	if [ -d "$tree/arch/$srcarch/include" ]; then
		folders="$folders arch/$srcarch/include/"
	fi
	# shellcheck disable=SC2086 # two folders
	(cd "$tree" && find $folders "$@" -print0) \
		> "$work/$list" 2> "$work/log" ||
		die "$tree: cannot list its headers: $(tail -n 1 "$work/log")"
}

# list_more TREE LIST FUNCTION: adds to the list what the function prints
list_more()
{
	(cd "$1" && "$3") >> "$work/$2" 2> "$work/log" ||
		die "$1: cannot list its files: $(tail -n 1 "$work/log")"
}

# By the name that it has in the archive. It counts as changed only if it was.
stage_symvers()
{
	mkdir -p "$work/symvers"
	cmp -s "$symvers" "$work/symvers/Module.symvers" ||
		cp "$symvers" "$work/symvers/Module.symvers" 2> "$work/log" ||
		die "$symvers: cannot copy it: $(tail -n 1 "$work/log")"
	printf '%s\0' Module.symvers > "$work/symvers.list"
}

plan_blocks()
{
	list_headers "$objtree" obj.list
	if [ "$srctree" = "$objtree" ]; then
		set -- "$objtree" "$work/obj.list"
	else
		# a source tree that was once built in place has stale ones
		list_headers "$srctree" src.list \
			\( -path include/generated -o \
			   -path "arch/$srcarch/include/generated" \) -prune -o
		set -- "$srctree" "$work/src.list" "$objtree" "$work/obj.list"
	fi
	if [ "$profile" = build ]; then
		# $2 is the source tree's list
		list_more "$srctree" "${2##*/}" build_profile_sources
		list_more "$objtree" obj.list build_profile_objects
		printf '%s\0' GNUmakefile .kheaders/check-build.sh \
			.kheaders/prepare-host.sh > "$work/kit.list"
		set -- "$@" "$here/kit" "$work/kit.list"
	fi
	if [ -n "$symvers" ]; then
		stage_symvers
		set -- "$@" "$work/symvers" "$work/symvers.list"
	fi
	"$PLAN_BLOCKS" "$work" "$@"
}

# Packs files of a folder, without the mark for the archive's end: standard
# input names them, each followed by a NUL. The result is $work/NAME.tar.xz.
#
# Their time is one that is past on machines without a clock, too, for tar warns of
# each file from the future. It also warns of time 0.
pack()
{
	name=$1 folder=$2

	# shellcheck disable=SC2086 # TAR and XZ can have arguments
	$TAR --create --file="$work/$name.tar" --format=ustar \
		--blocking-factor=1 --directory="$folder" --no-recursion \
		--owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
		--mtime=@1 --null --files-from=-
	size=$(wc -c < "$work/$name.tar")
	head -c $((size - end_size)) < "$work/$name.tar" > "$work/$name.cut"
	compress "$name" < "$work/$name.cut"
	rm -f "$work/$name.tar" "$work/$name.cut"
}

compress()
{
	# shellcheck disable=SC2086
	$XZ --compress --stdout --threads=1 --check=crc32 \
		--lzma2=preset=6,lc=4,pb=0,nice=96,depth=32 > "$work/$1.xz.new"
	mv -f "$work/$1.xz.new" "$work/$1.tar.xz"
}

make_block()
{
	stage=$work/$1.stage
	rm -rf "$stage"
	mkdir "$stage"
	"$STRIP_COMMENTS" "$stage" < "$work/$1.files" > "$work/$1.members"
	[ "$1" != kit ] || slim_programs "$stage"
	(cd "$stage" && xargs -0 sha256sum) < "$work/$1.members" > "$work/$1.sums"
	pack "$1" "$stage" < "$work/$1.members"
	rm -rf "$stage" "$work/$1.members"
}

# A worker takes the next block that nobody has taken, until none is left.
work_on_blocks()
{
	while read -r block; do
		if [ ! -e "$work/$block.tar.xz" ] &&
		   mkdir "$work/$block.taken" 2>/dev/null; then
			make_block "$block" 2> "$work/$block.log"
		fi
	done < "$work/blocks"
}

make_blocks()
{
	rm -rf "$work"/*.taken "$work"/*.log
	workers=
	while [ "$jobs" -gt 0 ]; do
		work_on_blocks &
		workers="$workers $!"
		jobs=$((jobs - 1))
	done
	failed=
	for worker in $workers; do
		wait "$worker" || failed=y
	done
	rm -rf "$work"/*.taken
	[ -z "$failed" ] ||
		die "cannot pack the headers: $(last_complaint "$work"/*.log)"
	find "$work" -name '*.log' -exec cat {} + >&2
}

last_complaint()
{
	grep -hv ': warning: ' "$@" | tail -n 1
}

packed_blocks()
{
	while read -r block; do
		cat "$work/$block.$1"
	done < "$work/blocks"
}

macro()
{
	sed -n "s/^#define $2 \"\\(.*\\)\"\$/\\1/p" "$objtree/include/generated/$1"
}

# digest: what sha256sum makes of what it prints for all members after this
# one, in their order.
write_manifest()
{
	digest=$(packed_blocks sums | sha256sum)

	mkdir -p "$work/manifest.stage/.kheaders"
	cat > "$work/manifest.stage/.kheaders/manifest" <<EOF
release=$(macro utsrelease.h UTS_RELEASE)
arch=$srcarch
profile=$profile
compiler=$(macro autoconf.h CONFIG_CC_VERSION_TEXT)
digest=sha256:${digest%% *}
EOF
	printf '%s\0' ./.kheaders/manifest | pack manifest "$work/manifest.stage"
	rm -rf "$work/manifest.stage"
}

# Two empty records end a tar archive.
write_end()
{
	head -c "$end_size" /dev/zero | compress end
}

# "packed" is the list of blocks that the manifest is about.
update_blocks()
{
	plan_blocks
	missing=
	while read -r block; do
		[ -e "$work/$block.tar.xz" ] || missing=y
	done < "$work/blocks"
	if [ -z "$missing" ] && cmp -s "$work/blocks" "$work/packed"; then
		return
	fi
	printf '  GEN     %s\n' "$output_name"
	rm -f "$work/state"
	make_blocks
	write_manifest
	write_end
	cp "$work/blocks" "$work/packed"
	state > "$work/state"
}

publish()
{
	{
		cat "$work/manifest.tar.xz"
		packed_blocks tar.xz
		cat "$work/end.tar.xz"
	} > "$work/archive"
	if cmp -s "$work/archive" "$output"; then
		rm -f "$work/archive"
	else
		mv -f "$work/archive" "$output"
	fi
}

generate()
{
	enter_work_folder
	drop_unusable_state
	build_host_programs
	update_blocks
	publish
}

stop()
{
	trap '' HUP INT TERM
	kill "$generator" 2>/dev/null || :
	kill -- "-$generator" 2>/dev/null || :
	wait "$generator" 2>/dev/null || :
	echo "gen_kheaders: stopped by a signal" >&2
	exit $((128 + $1))
}

# Runs this script again in a process group of its own, so that a signal can
# end all that was started at once, whatever it is busy with.
run_in_group()
{
	generator=
	trap 'stop 1' HUP
	trap 'stop 2' INT
	trap 'stop 15' TERM
	setsid /bin/sh "$0" --in-group "$@" &
	generator=$!
	status=0
	wait "$generator" || status=$?
	[ "$status" -le 128 ] || die "ended by signal $((status - 128))"
	exit "$status"
}

here=$(dirname -- "$0")
end_size=1024
# shellcheck source=scripts/kheaders/build_profile.sh
. "$here/build_profile.sh"

in_group=
if [ "${1-}" = --in-group ]; then
	in_group=y
	shift
fi
parse_arguments "$@"
normalize_environment
check_tools
[ -n "$in_group" ] || run_in_group "$@"
check_trees
generate
