# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2154 # variables of integrate.sh
#
# Writes kheaders as a series of patches for Linux itself, one for each part. Patches
# for Linux have no code for older kernels, nothing that builds outside of a kernel
# tree, and nothing before the patch that uses it. So what a patch has is found
# backwards: from all there is NAME.diff takes what a part has in files of earlier parts,
# for each part that is yet to come. elsewhere.diff is what Linux itself does not need.

not_for_linux="Documentation/kheaders/choosing.rst
Documentation/kheaders/design.rst
Documentation/kheaders/distribution-kernels.rst
Documentation/kheaders/kernel-builders.rst
Documentation/kheaders/kernfs-mmap-race.rst
Documentation/kheaders/performance.rst
Documentation/kheaders/performance/*.svg
Documentation/kheaders/soak.rst
Documentation/kheaders/tested.rst
kernel/kheaders/kheaders_compat.h
lib/kunit-tests/kunit_compat.h
tools/testing/selftests/kheaders/kheaders_proc.sh"

# part_of FILE: prints which part adds it
part_of()
{
	case $1 in
	lib/kunit-tests/kbtf* | tools/testing/selftests/kbtf/*) echo types_tests ;;
	*/kbtf/* | */btf.rst | */sysfs-kernel-btf) echo types ;;
	*/Makefile.late | */build_profile.sh | scripts/kheaders/kit/* | */modules.rst | \
	*/kheaders_modules.sh | tools/testing/selftests/kheaders/modules/*) echo build ;;
	kernel/kheaders/.gitignore) echo generator ;;
	kernel/*) echo section ;;
	*/extract-ikheaders) echo markers ;;
	scripts/*) echo generator ;;
	lib/*) echo kunit ;;
	tools/*) echo selftests ;;
	Documentation/*) echo documentation ;;
	*) die "$1: of which part?" ;;
	esac
}

# take_back NAME: what NAME.diff says, if there is one
take_back()
{
	[ ! -e "$series/$1.diff" ] ||
		work_git apply --reverse --whitespace=nowarn "$series/$1.diff" \
			2> "$tmp/log" ||
		die "series/$1.diff is not up to date:" \
			"$(sed -n 's/^error: //; 1p' "$tmp/log")"
}

# take_back_part PART: of its own files, Linux has some already
take_back_part()
{
	list_files | while read -r file; do
		[ "$(part_of "$file")" = "$1" ] || continue
		rm -f "$work/$file"
		work_git checkout --quiet "$before" -- "$file" 2> "$tmp/log" || :
	done
	take_back "$1"
}

# commit_part PART: with all parts up to it
commit_part()
{
	later='' reached=''
	work_git read-tree --reset -u "$before"
	for part in $parts; do
		if [ -z "$reached" ]; then
			"edit_$part"
		else
			later="$part $later"
		fi
		[ "$part" != "$1" ] || reached=y
	done
	add_files
	# shellcheck disable=SC2086 # a list
	(cd "$work" && rm $not_for_linux)
	take_back elsewhere
	for part in $later; do
		take_back_part "$part"
	done
	commit --signoff --file "$series/$1.msg"
}

write_series()
{
	series=$top/scripts/kheaders/series
	before=$(work_git rev-parse HEAD)
	for name in $parts; do
		commit_part "$name"
	done
	work_git config branch.series.description "$(cat "$series/cover-letter")"
	work_git checkout --quiet -b series
	work_git format-patch --quiet --no-renames --full-index --no-signature \
		--cover-letter --cover-from-description=subject \
		--output-directory "$tmp/patches" "$before..series"
	mkdir "$patch" || exit 1
	cp "$tmp/patches/"* "$patch"
}
