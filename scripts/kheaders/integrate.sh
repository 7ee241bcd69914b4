#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Put kheaders into a Linux source tree in the place of its own CONFIG_IKHEADERS,
# or take it out again.
#
# The change is worked out beside the tree, in a repository with three commits: as the
# tree is now, without kheaders, and with it. The difference between the last two is
# noted in the tree, so that it can be taken back exactly, whatever else is changed
# there meanwhile.
set -eu

usage()
{
	cat <<EOF
usage: integrate.sh LINUX_DIR [--link]
       integrate.sh LINUX_DIR --check
       integrate.sh LINUX_DIR --revert
       integrate.sh LINUX_DIR --patch FILE
       integrate.sh LINUX_DIR --series DIR

  --link        symbolic links instead of copies: for work on kheaders itself
  --check       change nothing; status 0 if the tree has kheaders as it is here
  --revert      undo what an earlier run did
  --patch FILE  change nothing, write what would be as a patch for git am
  --series DIR  change nothing, write patches for Linux itself to a new directory:
                without what is for older kernels. Wants Linux 7.0 or later.

LINUX_DIR is a source tree of Linux 5.10 or later. Running it again brings the
tree up to date. Needs git, but LINUX_DIR need not be a repository.
EOF
}

die()
{
	printf 'integrate: %s\n' "$*" >&2
	exit 1
}

usage_error()
{
	printf 'integrate: %s (--help lists the options)\n' "$*" >&2
	exit 2
}

set_mode()
{
	[ "$mode" = integrate ] ||
		usage_error "--$1 and --$mode exclude each other"
	mode=$1
}

parse_arguments()
{
	linux='' mode=integrate link='' patch=''

	while [ $# -gt 0 ]; do
		case $1 in
		--help)
			usage
			exit 0
			;;
		--link) link=y ;;
		--check | --revert) set_mode "${1#--}" ;;
		--patch | --series)
			set_mode "${1#--}"
			[ -n "${2-}" ] || usage_error "$1 wants a name"
			patch=$2
			shift
			;;
		-*) usage_error "unknown option '$1'" ;;
		*)
			[ -z "$linux" ] || usage_error "one tree at a time"
			linux=$1
			;;
		esac
		shift
	done
	[ -n "$linux" ] || usage_error "which source tree?"
	[ -z "$link" ] || [ "$mode" = integrate ] ||
		usage_error "--link and --$mode exclude each other"
}

# Files of Linux: some are changed, ours takes the place of others.
changed="Documentation/dontdiff
Makefile
include/asm-generic/vmlinux.lds.h
init/Kconfig
kernel/.gitignore
kernel/Makefile
lib/Kconfig.debug
lib/Makefile
scripts/Makefile
scripts/Makefile.modfinal
scripts/Makefile.vmlinux
scripts/link-vmlinux.sh
tools/testing/selftests/Makefile"
replaced="Documentation/ABI/testing/sysfs-kernel-btf
kernel/gen_kheaders.sh
kernel/kheaders.c"

# Directories and files of ours.
added="Documentation/ABI/testing/sysfs-kernel-btf
Documentation/ABI/testing/sysfs-kernel-kheaders
Documentation/kheaders
kernel/kbtf
kernel/kheaders
lib/kunit-tests
scripts/kbtf
scripts/kheaders
tools/testing/selftests/kbtf
tools/testing/selftests/kheaders"

check_tree()
{
	for file in Makefile init/Kconfig kernel/Makefile scripts/Makefile; do
		[ -f "$linux/$file" ] ||
			die "$linux: not a Linux source tree (it has no $file)"
	done
	linux=$(cd "$linux" && pwd -P) || die "$linux: cannot enter it"
	case $mode in
	integrate | revert) [ -w "$linux" ] || die "$linux: cannot write there" ;;
	series)
		version=$(sed -n 's/^VERSION = //p' "$linux/Makefile")
		[ "${version:-0}" -ge 7 ] || die "$linux: too old for --series" ;;
	esac
	# what comes back is to have the modes of its neighbours
	case $(stat -c %a "$linux/kernel/Makefile") in
	*66) umask 000 ;;
	*64) umask 002 ;;
	*) umask 022 ;;
	esac
	record=$linux/.kheaders-integration.patch
	[ "$mode" != check ] || [ ! -L "$linux/kernel/kheaders" ] || link=y
}

# edit FILE FIRST LAST TEXT PROGRAM: an awk program that sets "found" once it has
# done its work at the lines that match the expressions.
edit()
{
	[ -f "$work/$1" ] || die "$linux: has no $1"
	FIRST=$2 LAST=$3 TEXT=$4 awk "
		BEGIN {
			first = ENVIRON[\"FIRST\"]
			last = ENVIRON[\"LAST\"]
			text = ENVIRON[\"TEXT\"]
		}
		$5
		END { exit !found }
	" "$work/$1" > "$tmp/edited" ||
		die "$linux: $1 has no line like $2${3:+ followed by one like $3}"
	cat "$tmp/edited" > "$work/$1"
}

remove()
{
	[ -f "$work/$1" ] || die "$linux: has no $1"
	rm "$work/$1"
}

# insert_after FILE ERE TEXT
# shellcheck disable=SC2016 # awk's variables
insert_after()
{
	edit "$1" "$2" '' "$3" '
		{ print }
		!found && $0 ~ first { print text; found = 1 }'
}

# insert_before FILE ERE TEXT
# shellcheck disable=SC2016 # awk's variables
insert_before()
{
	edit "$1" "$2" '' "$3" '
		!found && $0 ~ first { print text; found = 1 }
		{ print }'
}

# insert_after_block FILE ERE ERE TEXT: the block begins with a line that matches
# the one expression, and ends with the next that matches the other.
# shellcheck disable=SC2016 # awk's variables
insert_after_block()
{
	edit "$1" "$2" "$3" "$4" '
		{ print }
		$0 ~ first { begun = 1 }
		begun && !found && $0 ~ last { print text; found = 1 }'
}

# replace_block FILE ERE ERE TEXT
# shellcheck disable=SC2016 # awk's variables
replace_block()
{
	edit "$1" "$2" "$3" "$4" '
		!begun && $0 ~ first { begun = 1; print text }
		begun && !found { found = $0 ~ last; next }
		{ print }'
}

# delete_lines FILE ERE
# shellcheck disable=SC2016 # awk's variables
delete_lines()
{
	edit "$1" "$2" '' '' '
		$0 ~ first { found = 1; next }
		{ print }'
}

# What each part of kheaders changes in files of Linux. The parts build on each other, in
# this order.
parts="section generator markers kunit selftests documentation build types types_tests"

# The archive goes to the read-only data, beside BTF. Where an architecture does without
# RO_DATA, the linker finds a place by itself.
# shellcheck disable=SC1003,SC2016 # ends in a backslash; make's variables
edit_section()
{
	remove kernel/kheaders.c
	replace_block init/Kconfig '^config IKHEADERS$' '^$' \
'source "kernel/kheaders/Kconfig"
'
	replace_block kernel/Makefile '^[$][(]obj[)]/kheaders[.]o:' '' \
'include $(srctree)/kernel/kheaders/Makefile'
	insert_after include/asm-generic/vmlinux.lds.h '^	BTF	+\\$' \
'	KHEADERS							\'
	insert_after_block include/asm-generic/vmlinux.lds.h \
		'^#define BTF$' '^#endif$' \
'
/*
 * .kheaders
 */
#ifdef CONFIG_IKHEADERS
#define KHEADERS							\
	.kheaders : AT(ADDR(.kheaders) - LOAD_OFFSET) {			\
		KEEP(*(.kheaders))					\
	}
#else
#define KHEADERS
#endif'
}

# New kernels have no dontdiff.
# shellcheck disable=SC2016 # make's variables
edit_generator()
{
	remove kernel/gen_kheaders.sh
	replace_block kernel/Makefile \
		'^# kheaders_data[.]tar[.]xz$|^include .*/kheaders/Makefile$' \
		'^clean-files := .*kheaders[.]md5' \
'include $(srctree)/kernel/kheaders/Makefile'
	insert_after scripts/Makefile \
		'^subdir-[$][(]CONFIG_SECURITY_SELINUX[)] [+]= selinux$' \
'subdir-$(CONFIG_IKHEADERS) += kheaders'
	delete_lines kernel/.gitignore '^/?kheaders[.-]'
	[ -f "$work/Documentation/dontdiff" ] || return 0
	insert_after Documentation/dontdiff '^keywords[.]c$' kheaders_data.tar.xz
	insert_after Documentation/dontdiff '^oui[.]c[*]$' pack_block
	insert_after Documentation/dontdiff '^piggyback$' plan_blocks
}

edit_markers()
{
	:
}

# shellcheck disable=SC2016 # make's variables
edit_kunit()
{
	insert_after lib/Kconfig.debug '^source "lib/kunit/Kconfig"$' \
'
source "lib/kunit-tests/Kconfig"'
	insert_after lib/Makefile '^obj-.* [+]= kunit/$' \
'obj-$(CONFIG_KUNIT) += kunit-tests/'
}

edit_selftests()
{
	insert_after tools/testing/selftests/Makefile '^TARGETS [+]= kexec$' \
'TARGETS += kheaders'
}

edit_documentation()
{
	:
}

# With Module.symvers in it the archive is linked last. Before it had a makefile for
# it, Linux linked vmlinux whenever an object was new, and only then.
# shellcheck disable=SC2016 # make's and the shell's variables
edit_build()
{
	grep -q 'include/config/auto.conf$' "$work/scripts/Makefile.modfinal" ||
		insert_before scripts/Makefile.modfinal '^# Add FORCE to the pre' \
'# for CONFIG_IKHEADERS
include include/config/auto.conf
'
	insert_before scripts/Makefile.modfinal '^# Add FORCE to the pre' \
'ifeq ($(CONFIG_IKHEADERS)-$(CONFIG_IKHEADERS_BUILD)-$(KBUILD_EXTMOD),m-y-)
kernel/kheaders.ko: kernel/kheaders/kheaders_data.o
include $(srctree)/kernel/kheaders/Makefile.late
endif
'
	[ -f "$work/scripts/Makefile.vmlinux" ] || return 0
	insert_after_block Makefile '^ifdef CONFIG_TRIM_UNUSED_KSYMS$' '^endif$' \
'
ifeq ($(CONFIG_IKHEADERS)-$(CONFIG_IKHEADERS_BUILD),y-y)
# vmlinux carries Module.symvers, which is to have the symbols of all modules.
KBUILD_MODULES := y
vmlinux: modules_prepare
endif'
	vmlinux=vmlinux
	! grep -q '^vmlinux[.]unstripped:' "$work/scripts/Makefile.vmlinux" ||
		vmlinux=vmlinux.unstripped
	insert_before scripts/Makefile.vmlinux '^# Add FORCE to the pre' \
"ifeq (\$(CONFIG_IKHEADERS)-\$(CONFIG_IKHEADERS_BUILD),y-y)
$vmlinux: kernel/kheaders/kheaders_data.o
include \$(srctree)/kernel/kheaders/Makefile.late
endif
"
	insert_after scripts/link-vmlinux.sh \
		'^	objs="[$]{objs} init/version-timestamp[.]o"$' \
'
	if is_enabled CONFIG_IKHEADERS && is_enabled CONFIG_IKHEADERS_BUILD; then
		objs="${objs} kernel/kheaders/kheaders_data.o"
	fi'
}

# The module with the types is linked after vmlinux that they are taken from.
# shellcheck disable=SC2016 # make's variables
edit_types()
{
	remove Documentation/ABI/testing/sysfs-kernel-btf
	insert_after init/Kconfig '^source "kernel/kheaders/Kconfig"$' \
'
source "kernel/kbtf/Kconfig"'
	insert_after kernel/Makefile '^include .*/kheaders/Makefile$' \
'
obj-$(CONFIG_IKBTF) += kbtf.o
include $(srctree)/kernel/kbtf/Makefile'
	insert_before Makefile \
		'^modules: (modules_prepare|[$][(]if [$][(]KBUILD_BUILTIN[)],vmlinux)' \
'ifdef CONFIG_IKBTF
KBUILD_BUILTIN := y
modules: vmlinux
endif
'
	insert_before scripts/Makefile.modfinal '^# Add FORCE to the pre' \
'ifeq ($(CONFIG_IKBTF)-$(KBUILD_EXTMOD),m-)
kernel/kbtf.ko: kernel/kbtf/kbtf_data.o
include $(srctree)/kernel/kbtf/Makefile.late
endif
'
}

edit_types_tests()
{
	insert_before tools/testing/selftests/Makefile '^TARGETS [+]= kheaders$' \
'TARGETS += kbtf'
}

# Prints the paths of what was written, not of what a build left there.
list_files()
{
	# shellcheck disable=SC2086 # a list
	(cd "$top" && find $added -type f \( -name '*.[chS]' -o -name '*.sh' \
		-o -name '*.py' -o -name '*.rst' -o -name '*.svg' -o -name Kconfig \
		-o -name 'Makefile*' -o -name GNUmakefile \
		-o -name .gitignore -o -name .kunitconfig \
		-o -name config -o -name settings -o -name 'extract-*' \
		-o -name 'sysfs-*' \) ! -name '*.mod.c' ! -name integrate.sh \
		! -name series.sh)
}

add_files()
{
	list_files | while read -r file; do
		mkdir -p "$work/$(dirname "$file")"
		cp -p "$top/$file" "$work/$file"
	done
}

add_links()
{
	for path in $added; do
		mkdir -p "$work/${path%/*}"
		ln -s "$top/$path" "$work/$path"
	done
}

# git without anybody's settings
plain_git()
{
	env -u GIT_WORK_TREE -u GIT_INDEX_FILE HOME="$tmp" XDG_CONFIG_HOME="$tmp" \
		GIT_CONFIG_NOSYSTEM=1 git -c user.name="$author" -c user.email="$email" "$@"
}

# In the repository beside the tree
work_git()
{
	GIT_DIR=$work/.git plain_git -C "$work" "$@"
}

# commit OPTION...
commit()
{
	work_git add --all --force
	work_git commit --quiet --allow-empty "$@"
}

# Brings the files that are named in $tmp/paths here, those that there are.
copy_from_tree()
{
	while read -r file; do
		if [ -e "$linux/$file" ] || [ -L "$linux/$file" ]; then
			mkdir -p "$work/$(dirname "$file")"
			cp -pP "$linux/$file" "$work/$file"
		fi
	done < "$tmp/paths"
}

# What we are about to add is there: is it from an earlier run, or to be replaced?
is_accounted_for()
{
	printf '%s\n' "$replaced" | grep -qxF "$1" ||
		awk -v path="$1" '
			$0 == path || index($0, path "/") == 1 { found = 1 }
			END { exit !found }' "$tmp/recorded"
}

check_added()
{
	for path in $added; do
		[ ! -e "$linux/$path" ] || is_accounted_for "$path" ||
			die "$linux: $path is there, but not from here"
	done
}

commit_now()
{
	printf '%s\n' "$changed" "$replaced" > "$tmp/paths"
	: > "$tmp/recorded"
	if [ -e "$record" ]; then
		work_git apply --numstat "$record" > "$tmp/numstat" 2> "$tmp/log" ||
			die "$record: damaged"
		cut -f 3 "$tmp/numstat" > "$tmp/recorded"
		cat "$tmp/recorded" >> "$tmp/paths"
	fi
	check_added
	copy_from_tree
	commit --message now
	now=$(work_git rev-parse HEAD)
}

commit_before()
{
	[ ! -e "$record" ] ||
		work_git apply --reverse --whitespace=nowarn "$record" 2> "$tmp/log" ||
		die "$linux: what was put there has been changed since:" \
			"$(sed -n 's/^error: //; 1p' "$tmp/log")"
	commit --message before
}

message="kheaders: replace the archive of the kernel's headers

Serve the headers from a section of their own, with markers by which tools find
them in an image, to be mapped as well as read. Make the archive in blocks, so
that a changed header costs one of them. Strip comments without changing a
token or a line number. Test it with KUnit and kselftests.

CONFIG_IKHEADERS, the module's name and /sys/kernel/kheaders.tar.xz stay."

commit_after()
{
	for part in $parts; do
		"edit_$part"
	done
	if [ -n "$link" ]; then
		add_links
	else
		add_files
	fi
	commit --message "$message"
}

difference()
{
	work_git diff --binary --full-index --no-renames "$1" HEAD
}

# Gives the tree the files of the last commit: all of them, or none if one cannot be
# written. Those that are the same already are left alone, so that nothing is built
# again for them. Outside of a repository git takes paths to be below where it is.
publish()
{
	difference "$now" > "$tmp/change"
	[ -s "$tmp/change" ] || return 0
	trap '' HUP INT TERM
	GIT_DIR=$tmp/none plain_git -C "$linux" apply --whitespace=nowarn "$tmp/change" \
		2> "$tmp/log" ||
		die "$linux: cannot change it: $(sed -n 's/^error: //; 1p' "$tmp/log")"
}

is_current()
{
	[ -e "$record" ] && [ -z "$(difference "$now")" ]
}

put_in()
{
	if is_current; then
		echo "integrate: $linux: has kheaders already, nothing to do"
		return
	fi
	difference HEAD~ > "$tmp/patch"
	publish
	cp "$tmp/patch" "$record"
	echo "integrate: $linux: has kheaders now"
}

take_out()
{
	publish
	rm -f "$record"
	echo "integrate: $linux: is as it was without kheaders"
}

check()
{
	if is_current; then
		echo "integrate: $linux: has kheaders"
	elif [ -e "$record" ]; then
		die "$linux: has kheaders, but not as it is here"
	else
		die "$linux: has no kheaders from here, but can have it"
	fi
}

write_patch()
{
	work_git format-patch --quiet --stdout --no-renames --full-index \
		--no-signature -1 > "$tmp/mail"
	cp "$tmp/mail" "$patch.new" && mv -f "$patch.new" "$patch"
}

# Only the author of a patch matters to anybody.
set_author()
{
	author=kheaders email=kheaders
	[ -n "$patch" ] || return 0
	[ -d "$(dirname -- "$patch")" ] || die "$patch: no such directory"
	[ "$mode" != series ] || [ ! -e "$patch" ] || die "$patch: exists already"
	ident=$(git var GIT_AUTHOR_IDENT 2>/dev/null) ||
		die "a patch needs an author: set git's user.name and user.email"
	author=${ident%% <*}
	email=${ident#*<}
	email=${email%%>*}
}

LC_ALL=C
export LC_ALL
unset CDPATH
top=$(cd "$(dirname -- "$0")/../.." && pwd -P)
# shellcheck source=scripts/kheaders/series/series.sh
. "$top/scripts/kheaders/series/series.sh"
parse_arguments "$@"
check_tree
command -v git >/dev/null || die "git: no such program"
[ "$mode" != revert ] || [ -e "$record" ] ||
	die "$linux: has no kheaders from here"
set_author

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM
work=$tmp/tree
mkdir "$work"
work_git init --quiet
commit_now
commit_before
case $mode in
revert | series) ;;
*) commit_after ;;
esac
case $mode in
integrate) put_in ;;
check) check ;;
revert) take_out ;;
patch) write_patch ;;
series) write_series ;;
esac
