#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bad input: one clear line, exit status 1 (2 for usage), and the archive is
# neither made nor changed. Odd input: packed rightly.

set -euo pipefail
# shellcheck source=tests/generator/tree.sh
. "$(dirname "$0")/tree.sh"

tree=$tap_tmp/tree
src=$tree/src obj=$tree/obj
tree_split "$tree"
mkdir "$tap_tmp/out"
out=$tap_tmp/out/k.tar.xz

# refused ERE NAME CMD...: CMD must be refused twice: where there is no archive
# yet, and where there is one, which is then out of date.
refused() {
	local ere=$1 name=$2
	shift 2
	rm -rf "$tap_tmp/out"
	mkdir "$tap_tmp/out"
	run_mustfail -s 1 -e "$ere" -o "$out" "$name" "$@"
	is "$(ls "$tap_tmp/out")" "" "$name: nothing is left"
	echo 'an older archive' >"$out"
	run_mustfail -s 1 -e "$ere" -o "$out" "$name, over an archive" "$@"
	is "$(ls "$tap_tmp/out")" k.tar.xz "$name: nothing else is left"
}

# Usage.
usage() {
	local name=$1
	shift
	rm -f "$out"
	run_mustfail -s 2 -o "$out" "usage: $name" "$gen" "$@"
	if [ -s "$tap_tmp/.err" ] && [ ! -s "$tap_tmp/.out" ]; then
		pass "usage: $name: said on stderr"
	else
		fail "usage: $name: said on stderr"
	fi
}
all=(--srctree "$src" --objtree "$obj" --srcarch x86 --output "$out")
usage "no options"
usage "no source tree" "${all[@]:2}"
usage "no object tree" "${all[@]:0:2}" "${all[@]:4}"
usage "no architecture" "${all[@]:0:4}" "${all[@]:6}"
usage "no output" "${all[@]:0:6}"
usage "no value" "${all[@]:0:7}"
usage "an empty value" "${all[@]:0:7}" ''
usage "an unknown option" "${all[@]}" --nonsense
usage "a word too many" "${all[@]}" word
usage "an unknown profile" "${all[@]}" --profile nonsense
for jobs in 0 -1 two ''; do
	usage "jobs '$jobs'" "${all[@]}" --jobs "$jobs"
done
ok "usage: all is well without these mistakes" "$gen" "${all[@]}"

# Trees.
refused "$tap_tmp/none" "a missing source tree" generate "$tap_tmp/none" "$obj" "$out"
refused "$tap_tmp/none" "a missing object tree" generate "$src" "$tap_tmp/none" "$out"
mkdir "$tap_tmp/empty"
refused "$tap_tmp/empty" "an empty source tree" generate "$tap_tmp/empty" "$obj" "$out"
refused "$tap_tmp/empty" "an empty object tree" generate "$src" "$tap_tmp/empty" "$out"
refused "Makefile" "a file for a source tree" generate "$src/Makefile" "$obj" "$out"
refused "Makefile" "a file for an object tree" generate "$src" "$src/Makefile" "$out"
refused "nosuch" "an unknown architecture" "$gen" --srctree "$src" --objtree "$obj" \
	--srcarch nosuch --output "$out"
tree_src "$tap_tmp/raw"
refused "make .*prepare" "a tree never prepared" generate "$tap_tmp/raw" "$tap_tmp/raw" "$out"
mkdir "$tap_tmp/rawobj"
put "$tap_tmp/rawobj/.config" 'CONFIG_64BIT=y'
refused "make .*prepare" "a tree configured only" generate "$src" "$tap_tmp/rawobj" "$out"
put "$tap_tmp/rawobj/include/config/auto.conf" 'CONFIG_64BIT=y'
put "$tap_tmp/rawobj/include/generated/autoconf.h" '#define CONFIG_64BIT 1'
refused "make .*prepare" "a tree prepared by half" generate "$src" "$tap_tmp/rawobj" "$out"

# Files.
open_folder "$tap_tmp/open" "$tree"
generate_as_nobody() {
	as_nobody "$tap_tmp/open/scripts/$(basename "$gen")" \
		--srctree "$tap_tmp/open/tree/src" --objtree "$tap_tmp/open/tree/obj" \
		--srcarch x86 --output "$1"
}
shut_out=$tap_tmp/open/out/k.tar.xz
shut=$tap_tmp/open/tree/src/include/linux/sched.h
ok "the tree is readable at first" generate_as_nobody "$shut_out"
echo 'int y;' >>"$shut"
chmod 0 "$shut"
run_mustfail -s 1 -e 'linux/sched.h' -o "$shut_out" "an unreadable header" \
	generate_as_nobody "$shut_out"
chmod 644 "$shut"
chmod 0 "${shut%/*}"
run_mustfail -s 1 -e 'include/linux' -o "$shut_out" "an unreadable folder" \
	generate_as_nobody "$shut_out"
chmod 755 "${shut%/*}"
chmod 0 "$tap_tmp/open/tree/obj/include/generated/bounds.h"
run_mustfail -s 1 -e 'generated/bounds.h' -o "$shut_out" \
	"an unreadable generated header" generate_as_nobody "$shut_out"
chmod 644 "$tap_tmp/open/tree/obj/include/generated/bounds.h"
mkdir "$tap_tmp/open/shut"
chmod 555 "$tap_tmp/open/shut"
run_mustfail -s 1 -e 'shut' -o "$tap_tmp/open/shut/k.tar.xz" \
	"an output folder without write permission" \
	generate_as_nobody "$tap_tmp/open/shut/k.tar.xz"
ok "the tree is readable at last" generate_as_nobody "$shut_out"
ok "the archive is right at last" grep -q 'int y;' <(member "$shut_out" ./include/linux/sched.h)

run_mustfail -s 1 -e "$tap_tmp/none" -o "$tap_tmp/none" "a missing output folder" \
	generate "$src" "$obj" "$tap_tmp/none/k.tar.xz"
rm -f "$out"
mkdir "$out"
run_mustfail -s 1 -e 'k.tar.xz' -o "$out" "an output that is a folder" \
	generate "$src" "$obj" "$out"
rmdir "$out"

ln -s ../nowhere.h "$src/include/linux/dangling.h"
refused "linux/dangling.h" "a dangling link" generate "$src" "$obj" "$out"
rm "$src/include/linux/dangling.h"
ln -s loop.h "$src/include/linux/loop.h"
refused "linux/loop.h" "a link to itself" generate "$src" "$obj" "$out"
rm "$src/include/linux/loop.h"

# Tools.
tool() {
	put "$tap_tmp/tools/$1" '#!/bin/sh' "$2"
	chmod 755 "$tap_tmp/tools/$1"
}
tool half-tar 'tar "$@" | head -c 3000; exit 2'
tool half-xz 'xz "$@" | head -c 300; exit 1'
tool full-xz 'xz "$@" >/dev/full'
tool loud-xz 'echo one >&2; echo two >&2; echo three >&2; exit 1'
tool dead-xz 'kill -SEGV $$'
for variable in TAR XZ HOSTCC; do
	for tool in /nonexistent /dev/null false; do
		refused . "$variable=$tool" env "$variable=$tool" "$gen" "${all[@]}"
	done
done
refused . "a tar that fails half way" env TAR="$tap_tmp/tools/half-tar" "$gen" "${all[@]}"
for tool in half-xz full-xz loud-xz dead-xz; do
	refused . "XZ=$tool" env XZ="$tap_tmp/tools/$tool" "$gen" "${all[@]}"
done
# PATH with everything that the machine has but one tool.
for tool in tar xz; do
	mkdir "$tap_tmp/no-$tool"
	find /bin/ /usr/bin/ /usr/local/bin/ -maxdepth 1 ! -name "$tool" \
		! -type d -exec ln -sf -t "$tap_tmp/no-$tool" {} +
	refused "$tool" "$tool not installed" env PATH="$tap_tmp/no-$tool" "$gen" "${all[@]}"
done
ok "a tool with options" env XZ='xz -q' TAR='tar --warning=none' "$gen" "${all[@]}"

# No room: files may grow to so many KiB and no more, which every stage meets
# at another size. Where SIGXFSZ is ignored write() fails, as on a full disk;
# where it is not the writer dies.
limited() {
	(ulimit -f "$1" && exec env "$2" "$gen" "${all[@]}")
}
for limit in 1 4 16 50 100 400; do
	refused . "no file over $limit KiB" limited "$limit" --ignore-signal=XFSZ
	refused . "no file over $limit KiB, death by signal" limited "$limit" \
		--default-signal=XFSZ
done
ok "room again" "$gen" "${all[@]}"
generate_afresh "$src" "$obj" "$tap_tmp/fresh.tar.xz"
ok "room again: same as from scratch" cmp "$out" "$tap_tmp/fresh.tar.xz"

# Odd names and shapes, all to be packed.
odd=$tap_tmp/odd
tree_inplace "$odd"
names=('two words.h' '-leading.h' '--output.h' $'new\nline.h' "it's.h" 'say "x".h'
	'back\slash.h' "\$(true).h" '*.h' 'a;b&c|d.h' 'é.h' $'tab\t.h' ' blank.h'
	'%s.h' '.hidden.h' '.h')
for name in "${names[@]}"; do
	put "$odd/include/linux/odd/$name" "#define NAME \"$(printf '%s' "$name" | cksum)\""
done
put "$odd/include/linux/-odd folder/a.h" '#define A'
put "$odd/include/linux/folder.h/b.h" '#define B'
put "$odd/include/linux/text.H" 'no header'
put "$odd/include/linux/text.h.orig" 'no header'
put "$tap_tmp/target" '#define TARGET /* linked */'
ln -s "$tap_tmp/target" "$odd/include/linux/absolute.h"
ln -s ../../kernel/private.h "$odd/include/linux/relative.h"
ln -s relative.h "$odd/include/linux/twice.h"
mkfifo "$odd/include/linux/pipe"
ok "odd names" timeout 60 "$gen" --srctree "$odd" --objtree "$odd" --srcarch x86 --output "$out"
mkdir "$tap_tmp/unpacked"
tar -xJf "$out" -C "$tap_tmp/unpacked"
for name in "${names[@]}"; do
	ok "odd name $(printf '%q' "$name")" \
		cmp "$odd/include/linux/odd/$name" "$tap_tmp/unpacked/include/linux/odd/$name"
done
ok "a folder with an odd name" test -f "$tap_tmp/unpacked/include/linux/-odd folder/a.h"
ok "a header in a folder that is called like one" \
	test -f "$tap_tmp/unpacked/include/linux/folder.h/b.h"
is "$(find "$tap_tmp/unpacked/include/linux/odd" -type f | tr -cd '\n' | wc -c)" \
	$((${#names[@]} + 1)) "as many odd names as there should be"
is "$(find "$tap_tmp/unpacked" -name 'text*')" "" "what is not called *.h is left out"
for name in absolute relative twice; do
	ok "a link, $name: is a regular file" \
		test "$(stat -c %F "$tap_tmp/unpacked/include/linux/$name.h")" = 'regular file'
done
is "$(cat "$tap_tmp/unpacked/include/linux/absolute.h")" '#define TARGET' \
	"a link's target is stripped, too"
is "$(tar -tvJf "$out" | grep -vc '^-')" 0 "regular files only"
ok "odd names again" "$gen" --srctree "$odd" --objtree "$odd" --srcarch x86 --output "$out"
echo '#define MORE' >>"$odd/include/linux/odd/"$'new\nline.h'
ok "an odd name changed" "$gen" --srctree "$odd" --objtree "$odd" --srcarch x86 --output "$out"
like "$(tar -xJOf "$out" --wildcards --no-wildcards ./include/linux/odd/$'new\nline.h')" \
	MORE "an odd name changed: is packed"

oddly=$tap_tmp/"a tree's, \"odd\" \$name"
mkdir "$oddly"
tree_split "$oddly/-x y"
(cd "$oddly/-x y" && generate src obj k.tar.xz) || true
is "$(members "$oddly/-x y/k.tar.xz")" "$(tree_members)" "a tree with an odd name"
(cd "$oddly/-x y" && mkdir -- -o && generate src obj '-o/-k.tar.xz') || true
ok "an output with an odd name" cmp "$oddly/-x y/k.tar.xz" "$oddly/-x y/-o/-k.tar.xz"

with_warnings() {
	"$@" 2>"$tap_tmp/warnings"
}

# What cannot be stripped safely is packed as it is, with a warning.
verbatim() {
	local name=$1 why=$2 text=$3
	printf '%s' "$text" >"$src/include/linux/odd.h"
	rm -rf "$tap_tmp/out"
	mkdir "$tap_tmp/out"
	ok "$name: packs" with_warnings "$gen" "${all[@]}"
	is "$(wc -l <"$tap_tmp/warnings")" 1 "$name: one warning"
	like "$(cat "$tap_tmp/warnings")" "warning:.*include/linux/odd\.h.*$why" \
		"$name: the warning names file and reason"
	is "$(member "$out" ./include/linux/odd.h)" "$text" "$name: as it was"
}
verbatim "an unterminated comment" "unterminated comment" 'int  a; /* b'
verbatim "an unterminated string" "unterminated literal" 'int  a; /* b */ char *c = "d;'
verbatim "an unterminated character" "unterminated literal" "int  a; /* b */ int c = 'd;"
rm "$src/include/linux/odd.h"

done_testing
