#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# integrate.sh puts kheaders into Linux trees of all ages, takes it out again
# without a trace, and does nothing by halves.

set -euo pipefail
# shellcheck source=tests/lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source=tests/linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"

script=$top/scripts/kheaders/integrate.sh
linux=$tap_tmp/linux
record=.kheaders-integration.patch

integrate() {
	"$script" "$linux" "$@"
}

# Everything about a tree: what each file is, may do and has in it.
snapshot() (
	cd "$1"
	find . -mindepth 1 -printf '%p %y %m %l\n' | sort
	find . -type f -exec sha256sum {} + | sort
)

# begin DIRECTORY: with a copy of this tree
begin() {
	rm -rf "$linux"
	cp -a "$1" "$linux"
	snapshot "$linux" >"$tap_tmp/original"
}

# small_tree [NAME]: begins with a tree in small, of what integrate.sh deals with.
small_tree() {
	load_source "${1:-6.12}"
	begin "$linux_hooks"
}

unchanged() {
	snapshot "$linux" | diff "$tap_tmp/original" -
}

# as_first_put_in: apart from the record
as_first_put_in() {
	diff <(snapshot "$tap_tmp/with" | grep -v "$record") \
		<(snapshot "$linux" | grep -v "$record")
}

taken_out() {
	ok "$1: it is taken out" integrate --revert
	ok "$1: without a trace" unchanged
}

# refuses ERE NAME COMMAND...: and changes nothing
refuses() {
	snapshot "$linux" >"$tap_tmp/before"
	run_mustfail -s 1 -e "$1" "${@:2}"
	ok "$2: nothing is changed" diff "$tap_tmp/before" <(snapshot "$linux")
}

has_our_files() {
	local file
	for file in Documentation/ABI/testing/sysfs-kernel-{kheaders,btf} \
		kernel/{kheaders/Makefile.late,kbtf/Kconfig} \
		lib/kunit-tests/.kunitconfig \
		scripts/{kheaders/{gen_kheaders.sh,extract-ikheaders},kbtf/gen_btf.sh} \
		scripts/kheaders/kit/{GNUmakefile,.kheaders/check-build.sh} \
		tools/testing/selftests/{kheaders/kheaders_attr.sh,kbtf/kbtf_core.bpf.c}
	do
		cmp "$top/$file" "$linux/$file" || return
		[ ! -x "$top/$file" ] || [ -x "$linux/$file" ] || return
	done
}

# Every version.
for version in 5.10 6.1 6.12 7.x; do
	status=0
	# shown, as it says if it fetches
	"$linux_dir/source.sh" "$version" hooks || status=$?
	is "$status" 0 "$version: there are sources"
	small_tree "$version"
	ok "$version: takes kheaders" integrate
	ok "$version: has it" integrate --check
	ok "$version: lost its own" test ! -e "$linux/kernel/kheaders.c"
	taken_out "$version"
done

# Once more, and back.
small_tree
refuses 'has no kheaders from here, but can have it' \
	'a check of what is not there' integrate --check
ok 'kheaders is put in' integrate
cp -a "$linux" "$tap_tmp/with"
inodes=$(find "$linux" -type f -printf '%p %i %C@\n' | sort)
ok 'and again' integrate
is "$(find "$linux" -type f -printf '%p %i %C@\n' | sort)" "$inodes" \
	'the second time nothing is touched'
ok 'every file of ours is there' has_our_files
is "$(find "$linux" -name '*.o' -o -name '*.cmd' -o -name '*.ko' \
	-o -name integrate.sh)" '' 'and nothing else'
taken_out 'and back'
refuses 'has no kheaders from here' 'nothing more to take out' integrate --revert

# Everything may be written by a group, or by all.
for mode in g+w a+w; do
	small_tree
	chmod -R "$mode" "$linux"
	snapshot "$linux" >"$tap_tmp/original"
	ok "$mode: kheaders is put in" integrate
	is "$(stat -c %a "$linux/kernel/Makefile")" \
		"$(stat -c %a "$linux/init/Kconfig")" "$mode: modes stay"
	taken_out "$mode"
done

# Links.
small_tree
ok 'links are put in' integrate --link
is "$(readlink "$linux/kernel/kheaders")" "$top/kernel/kheaders" 'they lead here'
ok 'a check knows them' integrate --check
ok 'copies take their place' integrate
ok 'as if there had been none' as_first_put_in
ok 'and links that of copies' integrate --link
taken_out 'links'
ok 'what they led to is still there' test -f "$top/kernel/kheaders/sysfs_blob.c"

# Another version of kheaders, which has one file more and one less.
other=$tap_tmp/other
small_tree
mkdir "$other"
(cd "$top" && cp -rp --parents Documentation/{ABI,kheaders} \
	kernel/{kbtf,kheaders} lib scripts/{kbtf,kheaders} \
	tools/testing/selftests/{kbtf,kheaders} "$other")
rm "$other/kernel/kheaders/kheaders_compat.h"
echo '/* more */' >"$other/kernel/kheaders/more.h"
echo '/* changed */' >>"$other/kernel/kheaders/sysfs_blob.h"
ok 'another version is put in' "$other/scripts/kheaders/integrate.sh" "$linux"
refuses 'has kheaders, but not as it is here' \
	'a check sees that it is another' integrate --check
inode=$(stat -c '%i %Z' "$linux/kernel/kheaders/kheaders.c")
ok 'ours takes its place' integrate
is "$(stat -c '%i %Z' "$linux/kernel/kheaders/kheaders.c")" "$inode" \
	'what is the same in both is left alone'
ok 'in full' as_first_put_in
taken_out 'after another version'

# Of a directory that the other version does not have, there is one already.
rm -rf "$other/kernel/kbtf"
sed -i '/^kernel\/kbtf$/d' "$other/scripts/kheaders/integrate.sh"
ok 'a version without kbtf is put in' "$other/scripts/kheaders/integrate.sh" "$linux"
mkdir "$linux/kernel/kbtf"
echo mine >"$linux/kernel/kbtf/Kconfig"
refuses 'kernel/kbtf is there, but not from here' 'a directory in its way' integrate

# What else was changed since: kept where it can be, never lost.
begin "$tap_tmp/with"
echo '# a line more' >>"$linux/init/Kconfig"
ok 'a check takes no notice of other changes' integrate --check
ok 'it is taken out of files that were changed elsewhere' integrate --revert
ok 'the change stays' cmp "$linux/init/Kconfig" \
	<(cat "$linux_hooks/init/Kconfig"; echo '# a line more')

begin "$tap_tmp/with"
echo '/* mine */' >>"$linux/kernel/kheaders/kheaders.c"
refuses 'changed since: .*kernel/kheaders/kheaders.c' \
	'a change to what was put in is not thrown away' integrate --revert
refuses 'changed since: .*kernel/kheaders/kheaders.c' 'nor written over' integrate

# without FILE SED-SCRIPT: a tree that lacks what is looked for there is refused.
without() {
	small_tree
	sed -i "$2" "$linux/$1"
	! cmp -s "$linux_hooks/$1" "$linux/$1" || fail "$1 has changed by $2"
	refuses "integrate: $linux: .*$1 has no line like" "$1 after $2" integrate
}

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
refuses 'has no kernel/kheaders.c' 'a file to replace that is not there' integrate

small_tree
rm "$linux/Documentation/dontdiff"
ok 'new kernels have no dontdiff' integrate

small_tree
mkdir "$linux/kernel/kheaders"
refuses 'kernel/kheaders is there, but not from here' 'a directory in the way' integrate

# As a patch.
git=(git -c user.name=A -c user.email=a@example.org -C "$linux")
export GIT_AUTHOR_NAME='Ann Author' GIT_AUTHOR_EMAIL=ann@example.org
small_tree
ok 'a patch is written' integrate --patch "$tap_tmp/p.patch"
ok 'which changes nothing' unchanged
"${git[@]}" init -q
"${git[@]}" add -Af
"${git[@]}" commit -qm linux
ok 'git am takes it' "${git[@]}" am -q "$tap_tmp/p.patch"
is "$("${git[@]}" log -1 --format='%an <%ae>')" \
	'Ann Author <ann@example.org>' 'it has an author'
rm -rf "$linux/.git"
ok 'the result is what integrate.sh makes' as_first_put_in

small_tree
"${git[@]}" init -q
ok 'a repository takes kheaders, too' integrate
ok 'the patch is the same then' integrate --patch "$tap_tmp/q.patch"
ok 'but for its date' diff <(grep -v '^Date: \|^From ' "$tap_tmp/p.patch") \
	<(grep -v '^Date: \|^From ' "$tap_tmp/q.patch")
unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL
run_mustfail -s 1 -e "git's user.name" -o "$tap_tmp/r.patch" \
	'a patch needs an author' env HOME="$tap_tmp" \
	GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_COUNT=1 \
	GIT_CONFIG_KEY_0=user.useConfigOnly GIT_CONFIG_VALUE_0=true \
	env -C "$tap_tmp" \
	"$script" "$linux" --patch "$tap_tmp/r.patch"
run_mustfail -s 1 -e 'no such directory' 'and a directory' \
	env GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org \
	"$script" "$linux" --patch "$tap_tmp/nowhere/p.patch"

# As a series for Linux itself.
export GIT_AUTHOR_NAME='Ann Author' GIT_AUTHOR_EMAIL=ann@example.org
series=$tap_tmp/series
small_tree 7.x
ok 'a series is written' integrate --series "$series"
ok 'it changes nothing' unchanged
ok 'it has a cover letter' grep -q '^Subject: .PATCH 0/9. kheaders: ' \
	"$series/0000-cover-letter.patch"
is "$(grep -E '[*]{3}|@[a-z]+@' "$series/0000-cover-letter.patch")" '' 'that is complete'
is "$(grep -L '^Signed-off-by: Ann Author <ann@example.org>$' "$series"/000[1-9]*)" '' \
	'all are signed off'
"${git[@]}" init -q
"${git[@]}" add -Af
"${git[@]}" commit -qm linux
ok 'git am takes it' "${git[@]}" am -q "$series"/000[1-9]*
is "$("${git[@]}" log --format=%s | wc -l)" 10 'in nine steps'
rm -rf "$linux/.git"
cp -a "$linux" "$tap_tmp/series-tree"
small_tree 7.x
ok 'for comparison kheaders is put in' integrate
cp -a "$linux" "$tap_tmp/with-7.x"
is "$(cd "$tap_tmp" && diff -rq with-7.x series-tree | sed -n 's/^Only in //p' |
	LC_ALL=C sort | tr '\n' ' ')" \
	"with-7.x/Documentation/kheaders: choosing.rst \
with-7.x/Documentation/kheaders: design.rst \
with-7.x/Documentation/kheaders: distribution-kernels.rst \
with-7.x/Documentation/kheaders: kernel-builders.rst \
with-7.x/Documentation/kheaders: kernfs-mmap-race.rst \
with-7.x/Documentation/kheaders: performance \
with-7.x/Documentation/kheaders: performance.rst \
with-7.x/Documentation/kheaders: soak.rst \
with-7.x/Documentation/kheaders: tested.rst \
with-7.x/kernel/kheaders: kheaders_compat.h \
with-7.x/lib/kunit-tests: kunit_compat.h \
with-7.x/tools/testing/selftests/kheaders: kheaders_proc.sh \
with-7.x: $record " 'the series leaves out what Linux does not need'
is "$(cd "$tap_tmp/series-tree" && grep -rlE \
	'_compat|LINUX_VERSION_CODE|IKHEADERS_PROC|proc/kheaders|KBUILD_EXTMOD.*,[ym]-$' \
	kernel/k* lib/kunit-tests scripts/k* Documentation/kheaders \
	tools/testing/selftests/k*)" '' 'nothing of it is left elsewhere'
run_mustfail -s 1 -e 'exists already' 'a series is not written over' \
	"$script" "$linux" --series "$series"
small_tree 6.12
run_mustfail -s 1 -e 'too old for --series' -o "$tap_tmp/old" 'an old tree gets no series' \
	"$script" "$linux" --series "$tap_tmp/old"
rm -rf "$other"
mkdir "$other"
(cd "$top" && cp -rp --parents Documentation/{ABI,kheaders} \
	kernel/{kbtf,kheaders} lib scripts/{kbtf,kheaders} \
	tools/testing/selftests/{kbtf,kheaders} "$other")
sed -i 's/^config IKHEADERS_BUILD$/config IKHEADERS_MODULES/' "$other/kernel/kheaders/Kconfig"
small_tree 7.x
run_mustfail -s 1 -e 'series/(build|elsewhere).diff is not up to date' -o "$tap_tmp/stale" \
	'what was changed since is not lost' \
	"$other/scripts/kheaders/integrate.sh" "$linux" --series "$tap_tmp/stale"
unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL

# usage ERE NAME ARG...
usage() {
	run_mustfail -s 2 -e "$1" "usage: $2" "$script" "${@:3}"
}
usage 'which source tree' 'no tree'
usage "unknown option '--undo'" 'unknown option' "$linux" --undo
usage 'exclude each other' 'two things at once' "$linux" --check --revert
usage 'exclude each other' 'links in a patch' "$linux" --link --patch "$tap_tmp/p"
usage 'wants a name' 'a patch to nowhere' "$linux" --patch
usage 'wants a name' 'a series to nowhere' "$linux" --series
usage 'one tree' 'two trees' "$linux" /
for dir in "$tap_tmp" /nonexistent; do
	run_mustfail -s 1 -e 'not a Linux source tree' "no Linux tree: $dir" \
		"$script" "$dir"
done
small_tree
echo damaged >"$linux/$record"
refuses "$record: damaged" 'a damaged record' integrate --revert
run_mustfail -s 2 -e 'KDIR=' 'make integrate wants to know where' \
	make -s -C "$top" integrate
small_tree
ok 'make integrate does it' make -s -C "$top" integrate KDIR="$linux"
ok 'as the script itself' as_first_put_in

done_testing
