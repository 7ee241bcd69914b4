#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packing again: nothing is done where nothing changed, and whatever changed is
# followed, so that the archive is always what it would be from scratch.

set -euo pipefail
# shellcheck source=tests/check/generator/tree.sh
. "$(dirname "$0")/tree.sh"

tree=$tap_tmp/tree
src=$tree/src obj=$tree/obj
out=$tap_tmp/out/k.tar.xz
work=$tap_tmp/out/.k.tar.xz.d
mkdir "$tap_tmp/out"
tree_split "$tree"

# untouched NAME: packs again; the archive must stay the very same file.
untouched() {
	local before
	before=$(file_state "$out")
	ok "$1: packs" generate "$src" "$obj" "$out"
	is "$(file_state "$out")" "$before" "$1: the archive is left alone"
}

# idle NAME: likewise, but there is not even anything to look at again.
idle() {
	untouched "$1"
	is "$(cat "$tap_tmp/.ok")" "" "$1: nothing is said"
}

# followed NAME [OPTION...]: packs again; the archive must be a new one, and the
# same as one made from scratch.
followed() {
	local name=$1 before
	shift
	before=$(sha256sum <"$out")
	ok "$name: packs" generate "$src" "$obj" "$out" "$@"
	generate_afresh "$src" "$obj" "$tap_tmp/fresh.tar.xz" "$@"
	ok "$name: same as from scratch" cmp "$out" "$tap_tmp/fresh.tar.xz"
	if [ "$(sha256sum <"$out")" != "$before" ]; then
		pass "$name: the archive has changed"
	else
		fail "$name: the archive has changed"
	fi
}

# recovered NAME: packs again; the archive must be what it was.
recovered() {
	ok "$1: packs" generate "$src" "$obj" "$out"
	ok "$1: same as from scratch" cmp "$out" "$tap_tmp/fresh.tar.xz"
}

generate "$src" "$obj" "$out" >"$tap_tmp/said"
sched=$src/include/linux/sched.h

idle "nothing changed"
idle "nothing changed, third time"
find "$tree" -name '*.h' -exec touch {} +
untouched "all headers touched"
find "$tree" -name '*.h' -exec touch -d '2001-01-01' {} +
untouched "all headers older"
echo 'int x;' >"$src/kernel/private.h"
echo 'text' >"$src/include/linux/README.txt"
idle "files that are not packed"
echo '#define UTS_VERSION "#2 SMP later"' >"$obj/include/generated/utsversion.h"
idle "utsversion.h, which is not packed"
mkdir -p "$obj/include/config/acpi"
touch "$obj/include/config/acpi/button.h"
idle "marks of kbuild, which are called headers in old kernels"
compile=$obj/include/generated/compile.h
cp -p "$compile" "$tap_tmp/compile.h"
echo '#define UTS_VERSION "#1 SMP now"' >>"$compile"
followed "compile.h saying when the kernel was linked"
run_mustfail "it is not packed any more" \
	tar -xJOf "$out" ./include/generated/compile.h
echo '#define UTS_VERSION "#2 SMP later"' >>"$compile"
idle "compile.h, which is not packed then"
cp -p "$tap_tmp/compile.h" "$compile"
followed "compile.h as it is in new kernels"
sed -i 's/three/four/' "$sched"
untouched "words of a comment"
cp -p "$sched" "$tap_tmp/sched.h"
cp "$tap_tmp/sched.h" "$sched.new"
mv "$sched.new" "$sched"
untouched "a header replaced by its like"

echo 'int added;' >>"$sched"
followed "a changed header"
idle "after a changed header"
like "$(member "$out" ./include/linux/sched.h)" 'int added;' \
	"a changed header: is in the archive"
# Same size, same time stamp, same file.
touch -r "$sched" "$tap_tmp/stamp"
sed 's/added/adieu/' "$sched" >"$tap_tmp/sched.h"
cat "$tap_tmp/sched.h" >"$sched"
touch -r "$tap_tmp/stamp" "$sched"
followed "same size, same time stamp"
for edit in 1 2 3 4; do
	sed -i "s/int ad.*;/int ad$edit;/" "$sched"
	generate "$src" "$obj" "$out" >"$tap_tmp/said"
	like "$(member "$out" ./include/linux/sched.h)" "int ad$edit;" \
		"edit $edit within a second is seen"
done
generate_afresh "$src" "$obj" "$tap_tmp/fresh.tar.xz"
ok "edits within a second: same as from scratch" cmp "$out" "$tap_tmp/fresh.tar.xz"
sed -i '1i/* a comment with\n two more lines */' "$sched"
followed "lines of a comment"
like "$(member "$out" ./include/linux/sched.h | grep -n 'int pid')" '^5:' \
	"lines of a comment: are counted"
chmod 755 "$sched"
untouched "a changed mode"

echo '#define CONFIG_64BIT 2' >"$obj/include/generated/autoconf.h"
followed "a generated header"
echo '7.3.5-test' >"$obj/include/config/kernel.release"
echo '#define UTS_RELEASE "7.3.5-test"' >"$obj/include/generated/utsrelease.h"
followed "the release"
like "$(member "$out" ./.kheaders/manifest)" $'(^|\n)release=7.3.5-test(\n|$)' \
	"the release: the manifest says so"

put "$src/include/new/directory/new.h" '#define NEW 1'
followed "an added header"
like "$(members "$out")" './include/new/directory/new.h' "an added header: is there"
put "$obj/arch/x86/include/generated/asm/new.h" '#define NEW 2'
followed "an added generated header"
mv "$src/include/new/directory/new.h" "$src/include/new/directory/newer.h"
followed "a renamed header"
members=$(members "$out")
is "${members//[^$'\n']*new\/directory\/new.h/}" "$members" "a renamed header: the old name is gone"
mv "$src/include/linux/string.h" "$tap_tmp/string.h"
cp "$src/include/linux/kconfig.h" "$src/include/linux/string.h"
mv "$tap_tmp/string.h" "$src/include/linux/kconfig.h"
followed "two headers that changed places"
rm -r "$src/include/new"
followed "removed headers"
is "$(members "$out" | grep -c '/new/')" 0 "removed headers: are gone"
rm "$obj/arch/x86/include/generated/asm/new.h"
followed "a removed generated header"
is "$(members "$out")" "$(tree_members)" "the archive holds the headers"

: >"$src/include/linux/string.h"
followed "a header emptied"
rm "$src/include/linux/empty.h"
mkdir "$src/include/linux/empty.h"
echo 'int inner;' >"$src/include/linux/empty.h/inner.h"
followed "a header that became a directory"
rm -r "$src/include/linux/empty.h"
echo 'int outer;' >"$src/include/linux/empty.h"
followed "a directory that became a header"
ln -sf ../../kernel/private.h "$src/include/linux/empty.h"
followed "a header that became a link"
echo 'int elsewhere;' >"$src/kernel/private.h"
followed "a link's target"

# Another architecture in the same place, and back.
tree_obj "$obj" arm64
ok "another architecture: packs" "$gen" --srctree "$src" --objtree "$obj" \
	--srcarch arm64 --output "$out"
is "$(members "$out" | grep -c 'arch/x86')" 0 "another architecture: the first is gone"
like "$(members "$out")" 'arch/arm64/include/asm/io.h' \
	"another architecture: the second is there"
like "$(member "$out" ./.kheaders/manifest)" $'(^|\n)arch=arm64(\n|$)' \
	"another architecture: the manifest says so"
followed "the first architecture again"
idle "the first architecture once more"

# Another tree.
cp -r "$tree" "$tap_tmp/tree2"
echo 'int second;' >>"$tap_tmp/tree2/src/include/linux/sched.h"
src=$tap_tmp/tree2/src obj=$tap_tmp/tree2/obj
followed "another tree"
src=$tree/src obj=$tree/obj
followed "the first tree again"

# What else may happen to the output and to what the generator keeps.
for _ in 1 2; do
	rm "$out"
	recovered "the archive deleted"
done
untouched "after a deleted archive"
echo 'more' >>"$out"
recovered "the archive damaged"
: >"$out"
recovered "the archive emptied"
truncate -s -100 "$out"
recovered "the archive cut"
printf 'X' | dd of="$out" bs=1 seek=5000 conv=notrunc status=none
recovered "one byte of the archive changed"
rm -r "$work"
recovered "the work directory deleted"

# Every file in the work directory, gone, as a clean-up may leave it.
generate "$src" "$obj" "$out" >"$tap_tmp/said"
cp -a "$tap_tmp/out" "$tap_tmp/good"
echo 'int later;' >>"$src/include/uapi/linux/bpf.h"
generate_afresh "$src" "$obj" "$tap_tmp/fresh.tar.xz"
(cd "$work" && find . -type f | LC_ALL=C sort) >"$tap_tmp/kept"
ok "something is kept" test -s "$tap_tmp/kept"
while read -r file; do
	rm -rf "$tap_tmp/out"
	cp -a "$tap_tmp/good" "$tap_tmp/out"
	rm "$work/$file"
	recovered "$file in the work directory deleted"
done <"$tap_tmp/kept"

rm -rf "$work"
echo 'not a directory' >"$work"
run_mustfail -s 1 -e '\.k\.tar\.xz\.d' -o "$out" "a file in the work directory's place" \
	generate "$src" "$obj" "$out"

done_testing
