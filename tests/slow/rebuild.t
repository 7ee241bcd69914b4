#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Building small kernels once more that have kheaders built in, or as their module:
# the archive is made again if a header came, went or changed, and only then is the
# kernel linked again. And wherever it is built, the archive is the same.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/rebuild.sh
. "$(dirname "$0")/../lib/rebuild.sh"

new=include/linux/kheaders_rebuild_test.h

# build [ARG...]
build() {
	build_goals vmlinux modules "$@"
}

build_goals() {
	local status=0
	"$linux_dir/build.sh" "$headers" "$obj" x86_64 "$options" "$@" || status=$?
	cp "$obj/make.log" "$tap_tmp/make"
	return "$status"
}

# A header that there was not, and an option.
check_more() {
	local first
	first=$(sha256sum <"$archive")
	echo '#define KHEADERS_REBUILD_TEST 1' | edit "$new"
	follows 'a new header'
	is "$(member "$new")" '#define KHEADERS_REBUILD_TEST 1' 'the new header is in it'
	echo '#define KHEADERS_REBUILD_TEST 2' | edit "$new"
	follows 'an edit within the same second'
	is "$(member "$new")" '#define KHEADERS_REBUILD_TEST 2' 'the edit is in it'
	rm "$headers/$new"
	follows 'a header went'
	run_mustfail 'it is not in it any more' member "$new"

	cp -p "$obj/.config" "$tap_tmp/config"
	sed -i 's/^CONFIG_DEFAULT_HOSTNAME=.*/CONFIG_DEFAULT_HOSTNAME="other"/' "$obj/.config"
	follows 'an option changed'
	like "$(member include/generated/autoconf.h)" 'CONFIG_DEFAULT_HOSTNAME "other"' \
		'the option is in it'
	cp "$tap_tmp/config" "$obj/.config"
	follows 'all was put back'
	is "$(sha256sum <"$archive")" "$first" 'the archive is what it was'
}

# In another directory, and in the sources' own.
check_elsewhere() {
	local tree=$work/in-place make=(make -s ARCH=x86_64) path=kernel/kheaders
	rm -rf "$tree"
	cp -al "$headers" "$tree"
	mkdir "$tap_tmp/other"
	cp "$obj/.config" "$tree/"
	cp "$obj/.config" "$tap_tmp/other/"
	ok 'builds in place' "${make[@]}" -C "$tree" -j5 kernel/
	ok 'to the same archive' cmp "$tree/${archive#"$obj"}" "$archive"
	ok 'builds in another directory' "${make[@]}" -C "$headers" O="$tap_tmp/other" kernel/
	ok 'to the same archive' cmp "$tap_tmp/other/${archive#"$obj"}" "$archive"
	ok 'make clean' "${make[@]}" -C "$tree" clean
	is "$(find "$tree/$path" "$tree/scripts/kheaders" -name '*.o' -o -name '*.xz' \
		-o -name '.kheaders_*')" '' 'leaves nothing of the build'
	rm -rf "$tree" "$tap_tmp/other"
}

# One job at a time, from nothing: what make's order alone decides shows then.
check_one_job() {
	options+=' CONFIG_IKHEADERS_BUILD=y'
	rm -rf "$obj"
	ok 'builds from nothing with -j1' build -j1
	ok "${image##*/} has the archive in it" built_in
	is "$(member Module.symvers | sha256sum)" "$(sha256sum <"$obj/Module.symvers")" \
		"the archive has this build's Module.symvers"
}

# What is built in is the same if modules come later, in a make of their own.
check_goals() {
	local first
	options='compile CONFIG_IKHEADERS=y CONFIG_IKHEADERS_BUILD=y CONFIG_KUNIT=m'
	rm -rf "$obj"
	ok 'builds vmlinux alone' build_goals vmlinux
	ok 'the archive has the symbols of modules' \
		grep -q 'lib/kunit/kunit	' <(member Module.symvers)
	first=$(sha256sum "$archive" "$obj/vmlinux")
	ok 'builds the modules then' build_goals modules
	ok 'and both' build
	is "$(sha256sum "$archive" "$obj/vmlinux")" "$first" 'both are as they were'
}

for source in 5.10 6.12 7.x; do
	work=$top/build/rows/rebuild-$source headers=$work/tree obj=$work/obj
	archive=$obj/kernel/kheaders/kheaders_data.tar.xz
	rm -rf "$work"
	mkdir -p "$work"
	ok "$source: kheaders can be put in" "$linux_dir/tree.sh" "$source" "$headers"
	for kind in m y; do
		echo "# Linux $source, IKHEADERS=$kind"
		options="compile CONFIG_IKHEADERS=$kind CONFIG_IKHEADERS_PROC=y
			CONFIG_KUNIT=y CONFIG_IKHEADERS_KUNIT_TEST=$kind"
		image=$obj/vmlinux
		if [ "$kind" = m ]; then
			image=$obj/kernel/kheaders.ko
			options+=' CONFIG_IKHEADERS_BUILD=y'
		fi
		ok 'builds' build
		check_rebuild
		check_more
		[ "$kind" = m ] || check_elsewhere
		# Built in, Linux 5.10 cannot have what it takes to build modules.
		[ "$source$kind" = 5.10y ] || check_one_job
		[ "$source$kind" = 5.10y ] || [ "$kind" = m ] || check_goals
	done
done
done_testing
