#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# integrate.sh puts kheaders into Linux trees of all ages, takes it out again
# without a trace, and does nothing by halves.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

script=$top/scripts/kheaders/integrate.sh
linux=$tap_tmp/linux
record=.kheaders-integration.patch

# What it changes or replaces.
hooks=(Documentation/{dontdiff,ABI/testing/sysfs-kernel-btf} Makefile
	include/asm-generic/vmlinux.lds.h init/Kconfig
	kernel/{.gitignore,Makefile,kheaders.c,gen_kheaders.sh}
	lib/{Makefile,Kconfig.debug}
	scripts/{Makefile,Makefile.modfinal,Makefile.vmlinux,link-vmlinux.sh}
	tools/testing/selftests/Makefile)

# Everything about a tree: what each file is, may do and has in it.
snapshot() (
	cd "$1"
	find . -mindepth 1 ! -type f -printf '%p %y %m %l\n' | sort
	find . -type f -printf '%p %m ' -exec sha256sum {} \; | sort
)

# small_tree [NAME]: a tree in small, of what integrate.sh deals with.
small_tree() {
	load_source "${1:-6.12}"
	rm -rf "$linux"
	mkdir "$linux"
	(cd "$linux_src" && find "${hooks[@]}" -exec cp -p --parents -t "$linux" {} + \
		2>"$tap_tmp/none") || true
	snapshot "$linux" >"$tap_tmp/original"
}

unchanged() {
	snapshot "$linux" | diff "$tap_tmp/original" -
}

# same_as FILE: apart from the record
same_as() {
	diff <(grep -v "$record" "$1") <(snapshot "$linux" | grep -v "$record")
}

every_version() {
	local version
	for version in $(source_names); do
		ok "$version: there are sources" "$linux_dir/source.sh" "$version"
		small_tree "$version"
		ok "$version: takes kheaders" "$script" "$linux"
		ok "$version: has it" "$script" "$linux" --check
		is "$(ls "$linux/kernel/kheaders.c" 2>"$tap_tmp/none")" '' \
			"$version: lost its own"
		ok "$version: gives it back" "$script" "$linux" --revert
		ok "$version: is as it was" unchanged
	done
}

# The copy shares its files with the sources: writing into one would show there.
whole_tree() {
	local copy
	load_source 7.x
	copy=$linux_work/integrate-test
	rm -rf "$copy"
	cp -al "$linux_src" "$copy"
	(cd "$linux_src" && find "${hooks[@]}" -exec sha256sum {} +) \
		>"$tap_tmp/sums" 2>"$tap_tmp/none" || true
	ok 'a whole tree takes kheaders' "$script" "$copy"
	ok 'kbuild reads it' make -s -C "$copy" O="$tap_tmp/obj" ARCH=x86_64 \
		allnoconfig
	ok 'it gives kheaders back' "$script" "$copy" --revert
	ok 'it is as it was' diff -r --no-dereference "$linux_src" "$copy"
	ok 'what it was copied from is, too' \
		env -C "$linux_src" sha256sum --quiet -c "$tap_tmp/sums"
	rm -rf "$copy" "$tap_tmp/obj"
}

again_and_back() {
	small_tree
	run_mustfail -s 1 -e 'has no kheaders from here, but can have it' \
		'a check says what is not there' "$script" "$linux" --check
	ok 'a check changes nothing' unchanged
	ok 'kheaders is put in' "$script" "$linux"
	snapshot "$linux" >"$tap_tmp/with"
	inodes=$(find "$linux" -type f -printf '%p %i %C@\n' | sort)
	ok 'and again' "$script" "$linux"
	is "$(find "$linux" -type f -printf '%p %i %C@\n' | sort)" "$inodes" \
		'the second time nothing is touched'
	ok 'every file of ours is there' \
		test -x "$linux/scripts/kheaders/gen_kheaders.sh" \
		-a -f "$linux/lib/kunit-tests/.kunitconfig" \
		-a -f "$linux/Documentation/ABI/testing/sysfs-kernel-kheaders" \
		-a -x "$linux/tools/testing/selftests/kheaders/kheaders_attr.sh" \
		-a -x "$linux/scripts/kheaders/extract-ikheaders" \
		-a -f "$linux/scripts/kheaders/kit/GNUmakefile" \
		-a -f "$linux/scripts/kheaders/kit/.kheaders/check-build.sh" \
		-a -f "$linux/kernel/kheaders/Makefile.late" \
		-a -f "$linux/kernel/kbtf/Kconfig" \
		-a -x "$linux/scripts/kbtf/gen_btf.sh" \
		-a -f "$linux/Documentation/ABI/testing/sysfs-kernel-btf" \
		-a -f "$linux/tools/testing/selftests/kbtf/kbtf_core.bpf.c"
	is "$(find "$linux" -name '*.o' -o -name '*.cmd' -o -name '*.ko' \
		-o -name integrate.sh)" '' 'and nothing else'
	ok 'it is taken out' "$script" "$linux" --revert
	ok 'to the last byte' unchanged
	run_mustfail -s 1 -e 'has no kheaders from here' \
		'there is nothing more to take out' "$script" "$linux" --revert
}

# Everything may be written by a group, or by all.
modes() {
	local mode
	for mode in g+w a+w; do
		small_tree
		chmod -R "$mode" "$linux"
		snapshot "$linux" >"$tap_tmp/original"
		ok "$mode: kheaders is put in" "$script" "$linux"
		is "$(stat -c %a "$linux/kernel/Makefile")" \
			"$(stat -c %a "$linux/init/Kconfig")" "$mode: modes stay"
		ok "$mode: it is taken out" "$script" "$linux" --revert
		ok "$mode: without a trace" unchanged
	done
}

links() {
	small_tree
	ok 'links are put in' "$script" "$linux" --link
	is "$(readlink "$linux/kernel/kheaders")" "$top/kernel/kheaders" \
		'they lead here'
	ok 'a check knows them' "$script" "$linux" --check
	ok 'copies take their place' "$script" "$linux"
	ok 'as if there had been none' same_as "$tap_tmp/with"
	ok 'and links that of copies' "$script" "$linux" --link
	ok 'links are taken out' "$script" "$linux" --revert
	ok 'without a trace' unchanged
	ok 'what they led to is still there' test -f "$top/kernel/kheaders/blob.c"
}

# Another version of kheaders, which has one file more and one less.
update() {
	local other=$tap_tmp/other
	small_tree
	mkdir "$other"
	(cd "$top" && cp -rp --parents Documentation/{ABI,kheaders} \
		kernel/{kbtf,kheaders} lib scripts/{kbtf,kheaders} \
		tools/testing/selftests/{kbtf,kheaders} "$other")
	rm "$other/kernel/kheaders/proc.c"
	echo '/* more */' >"$other/kernel/kheaders/more.h"
	echo '/* changed */' >>"$other/kernel/kheaders/blob.h"
	ok 'another version is put in' "$other/scripts/kheaders/integrate.sh" "$linux"
	run_mustfail -s 1 -e 'has kheaders, but not as it is here' \
		'a check sees that it is another' "$script" "$linux" --check
	inode=$(stat -c '%i %Z' "$linux/kernel/kheaders/check.c")
	ok 'ours takes its place' "$script" "$linux"
	is "$(stat -c '%i %Z' "$linux/kernel/kheaders/check.c")" "$inode" \
		'what is the same in both is left alone'
	ok 'in full' same_as "$tap_tmp/with"
	ok 'it is taken out' "$script" "$linux" --revert
	ok 'without a trace of either' unchanged

	# Of a folder that the other version does not have, there is one already.
	rm -rf "$other/kernel/kbtf"
	sed -i '/^kernel\/kbtf$/d' "$other/scripts/kheaders/integrate.sh"
	ok 'a version without kbtf is put in' "$other/scripts/kheaders/integrate.sh" \
		"$linux"
	mkdir "$linux/kernel/kbtf"
	echo mine >"$linux/kernel/kbtf/Kconfig"
	snapshot "$linux" >"$tap_tmp/before"
	run_mustfail -s 1 -e 'kernel/kbtf is there, but not from here' \
		'a folder in its way is named' "$script" "$linux"
	ok 'and nothing is changed' same_as "$tap_tmp/before"
}

# What else was changed since: kept where it can be, never lost.
changes_since() {
	small_tree
	cp "$linux/init/Kconfig" "$tap_tmp/Kconfig"
	echo '# a line more' >>"$tap_tmp/Kconfig"
	ok 'kheaders is put in' "$script" "$linux"
	echo '# a line more' >>"$linux/init/Kconfig"
	ok 'a check takes no notice of other changes' "$script" "$linux" --check
	ok 'it is taken out of files that were changed elsewhere' \
		"$script" "$linux" --revert
	ok 'the change stays' cmp "$linux/init/Kconfig" "$tap_tmp/Kconfig"

	small_tree
	ok 'kheaders is put in' "$script" "$linux"
	echo '/* mine */' >>"$linux/kernel/kheaders/check.c"
	snapshot "$linux" >"$tap_tmp/original"
	run_mustfail -s 1 -e 'changed since: .*kernel/kheaders/check.c' \
		'a change to what was put in is not thrown away' \
		"$script" "$linux" --revert
	ok 'nothing was changed' unchanged
	run_mustfail -s 1 -e 'changed since: .*kernel/kheaders/check.c' \
		'nor is it written over' "$script" "$linux"
	ok 'nothing was changed' unchanged
}

# without FILE SED-SCRIPT: a tree that lacks what is looked for there
without() {
	small_tree
	sed -i "$2" "$linux/$1"
	! cmp -s "$linux_src/$1" "$linux/$1" || fail "$1 has changed by $2"
	snapshot "$linux" >"$tap_tmp/original"
	run_mustfail -s 1 -e "integrate: $linux: .*$1 has no line like" \
		"$1 without its line ($2) is named" "$script" "$linux"
	ok 'and nothing is changed' unchanged
}

missing_anchors() {
	without Makefile '/^modules: modules_prepare/d'
	without init/Kconfig '/^config IKHEADERS/d'
	without kernel/Makefile '/kheaders.o:/d'
	without kernel/Makefile '/^clean-files/d'
	without kernel/.gitignore '/kheaders/d'
	without lib/Kconfig.debug '/kunit\/Kconfig/d'
	without lib/Makefile '/kunit\/$/d'
	without scripts/Makefile '/selinux/d'
	without scripts/Makefile.modfinal '/Add FORCE/d'
	without scripts/Makefile.vmlinux '/Add FORCE/d'
	without scripts/link-vmlinux.sh '/version-timestamp/d'
	without tools/testing/selftests/Makefile '/kexec/d'
	without include/asm-generic/vmlinux.lds.h '/^\tBTF\t/d'
	without include/asm-generic/vmlinux.lds.h '/^#define BTF$/d'
	without Documentation/dontdiff '/^keywords.c$/d'

	small_tree
	rm "$linux/kernel/kheaders.c"
	snapshot "$linux" >"$tap_tmp/original"
	run_mustfail -s 1 -e 'has no kernel/kheaders.c' \
		'a file to replace that is not there is named' "$script" "$linux"
	ok 'and nothing is changed' unchanged

	small_tree
	rm "$linux/Documentation/dontdiff"
	ok 'new kernels have no dontdiff' "$script" "$linux"

	small_tree
	mkdir "$linux/kernel/kheaders"
	snapshot "$linux" >"$tap_tmp/original"
	run_mustfail -s 1 -e 'kernel/kheaders is there, but not from here' \
		'a folder in the way is named' "$script" "$linux"
	ok 'and nothing is changed' unchanged
}

as_patch() {
	local git=(git -c user.name=A -c user.email=a@example.org -C "$linux")
	export GIT_AUTHOR_NAME='Ann Author' GIT_AUTHOR_EMAIL=ann@example.org
	small_tree
	ok 'a patch is written' "$script" "$linux" --patch "$tap_tmp/p.patch"
	ok 'which changes nothing' unchanged
	"${git[@]}" init -q
	"${git[@]}" add -Af
	"${git[@]}" commit -qm linux
	ok 'git am takes it' "${git[@]}" am -q "$tap_tmp/p.patch"
	is "$("${git[@]}" log -1 --format='%an <%ae>')" \
		'Ann Author <ann@example.org>' 'it has an author'
	rm -rf "$linux/.git"
	ok 'the result is what integrate.sh makes' same_as "$tap_tmp/with"

	small_tree
	"${git[@]}" init -q
	ok 'a repository takes kheaders, too' "$script" "$linux"
	ok 'the patch is the same then' \
		"$script" "$linux" --patch "$tap_tmp/q.patch"
	ok 'but for its date' diff <(grep -v '^Date: \|^From ' "$tap_tmp/p.patch") \
		<(grep -v '^Date: \|^From ' "$tap_tmp/q.patch")
	unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL
	run_mustfail -s 1 -e "git's user.name" -o "$tap_tmp/r.patch" \
		'a patch needs an author' env HOME="$tap_tmp" \
		GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_COUNT=1 \
		GIT_CONFIG_KEY_0=user.useConfigOnly GIT_CONFIG_VALUE_0=true \
		env -C "$tap_tmp" \
		"$script" "$linux" --patch "$tap_tmp/r.patch"
	run_mustfail -s 1 -e 'no such folder' 'and a folder' \
		env GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org \
		"$script" "$linux" --patch "$tap_tmp/nowhere/p.patch"
}

bad_input() {
	run_mustfail -s 2 -e 'which source tree' 'no tree' "$script"
	run_mustfail -s 2 -e "unknown option '--undo'" 'unknown option' \
		"$script" "$linux" --undo
	run_mustfail -s 2 -e 'exclude each other' 'two things at once' \
		"$script" "$linux" --check --revert
	run_mustfail -s 2 -e 'exclude each other' 'links in a patch' \
		"$script" "$linux" --link --patch "$tap_tmp/p.patch"
	run_mustfail -s 2 -e 'wants a file' 'a patch to nowhere' \
		"$script" "$linux" --patch
	run_mustfail -s 2 -e 'one tree' 'two trees' "$script" "$linux" /
	run_mustfail -s 1 -e 'not a Linux source tree' 'no Linux tree' \
		"$script" "$tap_tmp"
	run_mustfail -s 1 -e 'not a Linux source tree' 'no folder' \
		"$script" /nonexistent
	small_tree
	echo damaged >"$linux/$record"
	run_mustfail -s 1 -e "$record: damaged" 'a damaged record' \
		"$script" "$linux" --revert
	run_mustfail -s 2 -e 'KDIR=' 'make integrate wants to know where' \
		make -s -C "$top" integrate
	small_tree
	ok 'make integrate does it' make -s -C "$top" integrate KDIR="$linux"
	ok 'as the script itself' same_as "$tap_tmp/with"
}

every_version
again_and_back
modes
links
update
changes_since
missing_anchors
as_patch
bad_input
whole_tree
done_testing
