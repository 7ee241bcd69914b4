#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The patches that integrate.sh writes for Linux itself, one after the other: each is
# clean, and after each the kernel builds with kheaders built in and as a module, with one
# job at a time. slow/series-7.x.conf boots what all of them make.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../linux/lib.sh
. "$(dirname "$0")/../linux/lib.sh"

load_source 7.x
ok 'there are sources' "$linux_dir/source.sh" 7.x
work=$top/build/rows/series
tree=$work/tree series=$tap_tmp/series
mkdir -p "$work"
rm -rf -- "$tree"
cp -al "$linux_src" "$tree"
ok 'a series is written' env GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org \
	"$top/scripts/kheaders/integrate.sh" "$tree" --series "$series"

# checkpatch FILE. Whoever takes the series decides what goes to MAINTAINERS. An attribute
# that is made while the module is loaded cannot be const. The rest is about programs for
# user space, which have neither the kernel's types nor its macros, and a name in host.h
# that other files see.
checkpatch() {
	local ignored=FILE_PATH_CHANGES,CONST_STRUCT,STATIC_CONST_CHAR_ARRAY
	ignored+=,PREFER_KERNEL_TYPES,PREFER_DEFINED_ATTRIBUTE_MACRO,CAMELCASE,VOLATILE
	ignored+=,MACRO_WITH_FLOW_CONTROL
	env -C "$tap_tmp" "$linux_src/scripts/checkpatch.pl" --strict --terse \
		--root="$linux_src" --ignore "$ignored" "$1" 2>&1 | grep -v '^total: ' || true
}

# build ARG...: in $obj, with the options that there are by now
build() {
	local name options='compile CONFIG_KUNIT=y CONFIG_DEBUG_KERNEL=y
		CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT=y'
	for name in IKHEADERS=$value IKHEADERS_KUNIT_TEST=$value IKHEADERS_BUILD=y \
		IKBTF=m IKBTF_KUNIT_TEST=$value; do
		! grep -qrx "config ${name%=*}" "$tree"/init/Kconfig \
			"$tree"/kernel/k*/Kconfig "$tree"/lib/kunit-tests/Kconfig \
			2>/dev/null || options+=" CONFIG_$name"
	done
	"$linux_dir/build.sh" "$tree" "$obj" x86_64 "$options" "$@"
}

# The archive, wherever it is made by now
archive() {
	find "$obj/kernel" -name kheaders_data.tar.xz
}

# has_archive IMAGE: in its section, from the first page, or from the second if there is
# a marker before it
has_archive() {
	local page size
	size=$(stat -c %s "$(archive)")
	objcopy -O binary --only-section=.kheaders "$1" "$tap_tmp/section" || return
	for page in 0 1; do
		! tail -c +$((page * 4096 + 1)) "$tap_tmp/section" | head -c "$size" |
			cmp -s - "$(archive)" || return 0
	done
	return 1
}

objects() {
	(cd "$tree" && ls kernel/kheaders/*.[cS] kernel/kbtf/*.[cS] lib/kunit-tests/*.c) \
		2>/dev/null | sed 's/[.][cS]$/.o/'
}

for value in y m; do
	obj=$work/obj-$value
	ok "as Linux is: =$value: it builds" build vmlinux modules
done
sed 's/^+\t/+        /' "$series"/0001-*.patch >"$tap_tmp/bad.patch"
like "$(checkpatch "$tap_tmp/bad.patch" | head -n 1)" 'code indent should use tabs' \
	'checkpatch works'
for patch in "$series"/000[1-9]-*.patch; do
	id=${patch##*/} id=${id%%-*}
	is "$(checkpatch "$patch")" '' "$id: checkpatch --strict has nothing to say"
	ok "$id: it applies" env GIT_DIR="$tree/none" git -C "$tree" apply "$patch"
	for value in y m; do
		obj=$work/obj-$value
		find "$obj/kernel" -name kheaders_data.tar.xz -delete
		ok "$id: =$value: it builds with one job, no warning" build -j1 vmlinux modules
		[ "$value" = y ] && image=$obj/vmlinux || image=$obj/kernel/kheaders.ko
		ok "$id: =$value: the archive is intact" tar -tJf "$(archive)"
		ok "$id: =$value: it is in ${image##*/}" has_archive "$image"
		mapfile -t ours < <(objects)
		ok "$id: =$value: no warning at W=1 either" build W=1 "${ours[@]}"
	done
done
is "$id" 0009 'all were tried'
rm -rf -- "$tree" "$work"/obj-*
done_testing
