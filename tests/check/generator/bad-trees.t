#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Bad input: one clear line, exit status 1 (2 for usage), and the archive is
# neither made nor changed. Odd input: packed rightly.

set -euo pipefail
# shellcheck source=tests/check/generator/tree.sh
. "$(dirname "$0")/tree.sh"

tree=$tap_tmp/tree
src=$tree/src obj=$tree/obj
tree_split "$tree"
export HOSTCC=$hostcc

fresh_out

# refused ERE NAME CMD...: CMD must be refused twice: where there is no archive
# yet, and where there is one, which is then out of date.
# Its own failures have the status 1, make's the status 2.
status=(-s 1)
refused() {
	local ere=$1 name=$2
	shift 2
	fresh_out
	run_mustfail "${status[@]}" -e "$ere" -o "$out" "$name" "$@"
	is "$(ls "$tap_tmp/out")" "" "$name: nothing is left"
	echo 'an older archive' >"$out"
	run_mustfail "${status[@]}" -e "$ere" -o "$out" "$name, over an archive" "$@"
	is "$(ls "$tap_tmp/out")" k.tar.xz "$name: nothing else is left"
}

# Usage.
usage() {
	rm -f "$out"
	run_mustfail -s 2 -o "$out" "usage: $1" "$gen" "${@:2}"
	ok "usage: $1: said on stderr" test -s "$tap_tmp/.err" -a ! -s "$tap_tmp/.out"
}
all=(--srctree "$src" --objtree "$obj" --srcarch x86 --output "$out")
usage "no options"
for i in 0 2 4 6; do
	usage "no ${all[i]}" "${all[@]:0:i}" "${all[@]:i+2}"
done
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
mkdir "$tap_tmp/empty"
while IFS='|' read -r ere name bad_src bad_obj; do
	refused "$ere" "$name" generate "$bad_src" "$bad_obj" "$out"
done <<TREES
$tap_tmp/none|a missing source tree|$tap_tmp/none|$obj
$tap_tmp/none|a missing object tree|$src|$tap_tmp/none
$tap_tmp/empty|an empty source tree|$tap_tmp/empty|$obj
$tap_tmp/empty|an empty object tree|$src|$tap_tmp/empty
Makefile|a file for a source tree|$src/Makefile|$obj
Makefile|a file for an object tree|$src|$src/Makefile
make .*prepare|a tree never prepared|$src|$src
TREES
refused "nosuch" "an unknown architecture" "$gen" "${all[@]/x86/nosuch}"
put "$tap_tmp/half/.config" 'CONFIG_64BIT=y'
refused "make .*prepare" "a tree configured only" generate "$src" "$tap_tmp/half" "$out"
put "$tap_tmp/half/include/config/auto.conf" 'CONFIG_64BIT=y'
put "$tap_tmp/half/include/generated/autoconf.h" '#define CONFIG_64BIT 1'
refused "make .*prepare" "a tree prepared by half" generate "$src" "$tap_tmp/half" "$out"

# Files.
open=$tap_tmp/open
open_directory "$open" "$tree"
generate_as_nobody() {
	as_nobody "$open/scripts/${gen##*/}" --srctree "$open/tree/src" \
		--objtree "$open/tree/obj" --srcarch x86 --output "$1"
}
# without_permission STATUS MODE FILE ERE NAME OUTPUT
without_permission() {
	local mode
	mode=$(stat -c %a "$3")
	chmod "$2" "$3"
	run_mustfail -s "$1" -e "$4" -o "$6" "$5" generate_as_nobody "$6"
	chmod "$mode" "$3"
}
shut_out=$open/out/k.tar.xz
sched=$open/tree/src/include/linux/sched.h
ok "the tree is readable at first" generate_as_nobody "$shut_out"
echo 'int y;' >>"$sched"
without_permission 2 0 "$sched" 'linux/sched.h' "an unreadable header" "$shut_out"
without_permission 1 0 "${sched%/*}" 'include/linux' "an unreadable directory" "$shut_out"
without_permission 2 0 "$open/tree/obj/include/generated/bounds.h" 'generated/bounds.h' \
	"an unreadable generated header" "$shut_out"
mkdir "$open/shut"
without_permission 1 555 "$open/shut" 'shut' \
	"an output directory without write permission" "$open/shut/k.tar.xz"
ok "the tree is readable at last" generate_as_nobody "$shut_out"
like "$(member "$shut_out" ./include/linux/sched.h)" 'int y;' \
	"the archive is right at last"

run_mustfail -s 1 -e "$tap_tmp/none" -o "$tap_tmp/none" "a missing output directory" \
	generate "$src" "$obj" "$tap_tmp/none/k.tar.xz"
rm -f "$out"
mkdir "$out"
run_mustfail -s 1 -e 'k.tar.xz' -o "$out" "an output that is a directory" \
	generate "$src" "$obj" "$out"

for link in dangling:../nowhere.h loop:loop.h; do
	name=${link%:*}
	ln -s "${link#*:}" "$src/include/linux/$name.h"
	refused "linux/$name.h" "a link, $name" generate "$src" "$obj" "$out"
	rm "$src/include/linux/$name.h"
done

# Tools.
tool() {
	put "$tap_tmp/tools/$1" '#!/bin/sh' "$xz_version" "$2"
	chmod 755 "$tap_tmp/tools/$1"
}
tool half-xz 'xz "$@" | head -c 300; exit 1'
tool full-xz 'xz "$@" >/dev/full'
tool dead-xz 'kill -SEGV $$'
for setting in {XZ,HOSTCC}={/nonexistent,/dev/null,false}; do
	refused . "${setting/$tap_tmp/}" env "$setting" "$gen" "${all[@]}"
done
refused 'is not xz of XZ Utils' 'busybox for xz' env XZ='busybox xz' "$gen" "${all[@]}"
status=(-s 2) all+=(--jobs 1)
for setting in XZ="$tap_tmp/tools/"{half,full,dead}-xz; do
	refused . "${setting/$tap_tmp/}" env "$setting" "$gen" "${all[@]}"
done
status=(-s 1)
# PATH with everything that the machine has but one tool.
mkdir "$tap_tmp/bin"
find /bin/ /usr/bin/ /usr/local/bin/ -maxdepth 1 ! -type d \
	-exec ln -sf -t "$tap_tmp/bin" {} +
for tool in make flock sha256sum xz; do
	mv "$tap_tmp/bin/$tool" "$tap_tmp/away"
	refused "$tool" "$tool not installed" env PATH="$tap_tmp/bin" "$gen" "${all[@]}"
	mv "$tap_tmp/away" "$tap_tmp/bin/$tool"
done
ok "a tool with options" env XZ='xz -q' "$gen" "${all[@]}"

# No room: files may grow to so many KiB and no more, which the compiler and xz meet
# at another size. Where SIGXFSZ is ignored write() fails, as on a full disk; where it
# is not the writer dies.
limited() {
	(ulimit -f "$1" && exec env "${@:2}" "$gen" "${all[@]}")
}
# The script's own files may be the first that are too large, or make's.
status=()
fresh_out
ok "there is room at first" "$gen" "${all[@]}"
packed=$(($(stat -c %s "$out" "$tap_tmp"/out/.k.tar.xz.d/*.xz | sort -n | tail -n 2 |
	head -n 1) / 1024))
for limit in 1 4 16 $((packed / 2)) "$packed"; do
	for signal in --ignore-signal --default-signal; do
		refused . "no file over $limit KiB, $signal" limited "$limit" "$signal=XFSZ"
	done
done
ok "room again" "$gen" "${all[@]}"
generate_afresh "$src" "$obj" "$tap_tmp/fresh.tar.xz"
ok "room again: same as from scratch" cmp "$out" "$tap_tmp/fresh.tar.xz"

# Odd names and shapes, all to be packed.
odd=$tap_tmp/odd unpacked=$tap_tmp/unpacked
pack_odd() {
	generate "$odd" "$odd" "$out"
}
tree_inplace "$odd"
names=('two words.h' '-leading.h' '--output.h' $'new\nline.h' "it's.h" 'say "x".h'
	'back\slash.h' "\$(true).h" '*.h' 'a;b&c|d.h' 'é.h' $'tab\t.h' ' blank.h'
	'%s.h' '.hidden.h' '.h')
for name in "${names[@]}"; do
	put "$odd/include/linux/odd/$name" "#define NAME \"$(cksum <<<"$name")\""
done
put "$odd/include/linux/-odd directory/a.h" '#define A'
put "$odd/include/linux/directory.h/b.h" '#define B'
put "$odd/include/linux/text.H" 'no header'
put "$odd/include/linux/text.h.orig" 'no header'
put "$tap_tmp/target" '#define TARGET /* linked */'
ln -s "$tap_tmp/target" "$odd/include/linux/absolute.h"
ln -s ../../kernel/private.h "$odd/include/linux/relative.h"
ln -s relative.h "$odd/include/linux/twice.h"
mkfifo "$odd/include/linux/pipe"
ok "odd names" timeout 60 "$gen" --srctree "$odd" --objtree "$odd" --srcarch x86 \
	--output "$out"
mkdir "$unpacked"
tar -xJf "$out" -C "$unpacked"
for name in "${names[@]}"; do
	ok "odd name $(printf '%q' "$name")" \
		cmp {"$odd","$unpacked"}"/include/linux/odd/$name"
done
ok "a directory with an odd name" test -f "$unpacked/include/linux/-odd directory/a.h"
ok "a header in a directory that is called like one" \
	test -f "$unpacked/include/linux/directory.h/b.h"
is "$(find "$unpacked/include/linux/odd" -type f -printf . | wc -c)" "${#names[@]}" \
	"as many odd names as there should be"
is "$(find "$unpacked" -name 'text*')" "" "what is not called *.h is left out"
for name in absolute relative twice; do
	is "$(stat -c %F "$unpacked/include/linux/$name.h")" 'regular file' \
		"a link, $name: is a regular file"
done
is "$(cat "$unpacked/include/linux/absolute.h")" '#define TARGET' \
	"a link's target is stripped, too"
is "$(tar -tvJf "$out" | grep -vc '^-')" 0 "regular files only"
ok "odd names again" pack_odd
echo '#define MORE' >>"$odd/include/linux/odd/"$'new\nline.h'
ok "an odd name changed" pack_odd
like "$(tar -xJOf "$out" --wildcards --no-wildcards ./include/linux/odd/$'new\nline.h')" \
	MORE "an odd name changed: is packed"

# The compiler is given such names, too.
oddly=$tap_tmp/"a tree's, \"odd\" \$name/-x y"
tree_split "$oddly"
mkdir "$oddly/-o"
(cd "$oddly" && HOSTCC=cc generate src obj k.tar.xz >"$tap_tmp/said") || true
is "$(members "$oddly/k.tar.xz")" "$(tree_members)" "a tree with an odd name"
(cd "$oddly" && HOSTCC=cc generate src obj '-o/-k.tar.xz' >"$tap_tmp/said") || true
ok "an output with an odd name" cmp "$oddly/k.tar.xz" "$oddly/-o/-k.tar.xz"

with_warnings() {
	"$gen" "${all[@]}" 2>"$tap_tmp/warnings"
}

# What cannot be stripped safely is packed as it is, with a warning.
verbatim() {
	local name=$1 why=$2 text=$3
	printf '%s' "$text" >"$src/include/linux/odd.h"
	fresh_out
	ok "$name: packs" with_warnings
	is "$(wc -l <"$tap_tmp/warnings")" 1 "$name: one warning"
	like "$(cat "$tap_tmp/warnings")" "warning:.*include/linux/odd\.h.*$why" \
		"$name: the warning names file and reason"
	is "$(member "$out" ./include/linux/odd.h)" "$text" "$name: as it was"
}
verbatim "an unterminated comment" "unterminated comment" 'int  a; /* b'
verbatim "an unterminated string" "unterminated literal" 'int  a; /* b */ char *c = "d;'
verbatim "an unterminated character" "unterminated literal" "int  a; /* b */ int c = 'd;"

done_testing
