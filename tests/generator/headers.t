#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Every header of real kernels: the archive holds all of them and nothing else,
# and the compiler's lexer finds the same tokens on the same lines.
#
# KHEADERS_TREES names the trees, as "srctree:objtree:srcarch" words; without
# it, they are the header packages in the end-to-end tests' roots, which are made
# if they are not there.

set -euo pipefail
# shellcheck source=tests/generator/tree.sh
. "$(dirname "$0")/tree.sh"
# shellcheck source=tests/generator/lexer.sh
. "$(dirname "$0")/lexer.sh"

# Debian's flavour folder is the object tree; its Makefile includes that of the
# source tree, by a path inside the root.
trees_in_roots() {
	local generated obj root common kernel
	# shellcheck source-path=SCRIPTDIR source=../e2e/lib.sh
	for kernel in $(. "$here/../e2e/lib.sh" && row_names); do
		"$here/../e2e/root.sh" "$kernel" >&2
	done
	for generated in "$here"/../../build/roots/*/usr/src/linux-headers-*/arch/*/include/generated; do
		[ -d "$generated" ] || continue
		obj=${generated%/arch/*}
		root=${obj%/usr/src/*}
		common=$(sed -n 's/^include \(.*\)\/Makefile$/\1/p' "$obj/Makefile")
		generated=${generated%/include/generated}
		echo "$root$common:$obj:${generated##*/}"
	done
}

# What mainline packs: kernel/Makefile's rules say so for 7.x. Only what is
# generated is taken from the object tree, where there is nothing else since 6.x.
# compile.h says when the kernel was linked, as long as utsversion.h does not. What
# is in include/config are marks of kbuild, whose names end in .h up to Linux 5.12.
headers_of() {
	local src=$1 obj=$2 arch=$3 dirs=(include "arch/$3/include")
	if [ "$src" -ef "$obj" ]; then
		(cd "$src" && find "${dirs[@]}" -name '*.h' ! -type d -printf './%p\0')
	else
		(cd "$src" && find "${dirs[@]}" -path include/generated -prune -o \
			-path "arch/$arch/include/generated" -prune -o \
			-name '*.h' ! -type d -printf './%p\0')
		(cd "$obj" && find "${dirs[@]}" -name '*.h' ! -type d -printf './%p\0')
	fi | grep -zvxF "$(when_linked "$obj")" |
		grep -zv '^\./include/config/' | LC_ALL=C sort -zu
}

when_linked() {
	local name=utsversion.h
	[ -e "$1/include/generated/$name" ] || name=compile.h
	echo "./include/generated/$name"
}

# Copies what is listed, links as what they point to; the object tree wins.
copy_headers() {
	local side
	mkdir "$4"
	for side in "$1" "$2"; do
		(cd "$side" && while IFS= read -r -d '' file; do
			[ ! -f "$file" ] || printf '%s\0' "$file"
		done <"$3" | xargs -0 -r cp -L --parents -t "$4")
	done
}

# lines DIR LIST: how many lines each file has
lines() {
	(cd "$1" && xargs -0 wc -l <"$2" | awk '$2 != "total" { print $1, $2 }')
}

# same_tokens LEXER NAME DIR LIST, where DIR has the originals in before and the
# copies in after
same_tokens() {
	local lexer=$1 name="$2, by $1" dir=$3 list=$4 count
	"$lexer" "$dir/before" "$list" "$dir/before.tokens" &
	"$lexer" "$dir/after" "$list" "$dir/after.tokens"
	wait "$!"
	count=$(tr -cd '\0' <"$list" | wc -c)
	is "$(lexed "$dir/before.tokens")" "$count" "$name: gcc reads $count originals"
	is "$(lexed "$dir/after.tokens")" "$count" "$name: gcc reads $count copies"
	if cmp -s "$dir/before.tokens" "$dir/after.tokens"; then
		pass "$name: same tokens on the same lines"
	else
		fail "$name: same tokens on the same lines"
		diag "$(different_tokens "$dir/before.tokens" "$dir/after.tokens" |
			head -n 20)"
	fi
	ok "$name: gcc has the same to say" \
		diff "$dir/before.tokens.err" "$dir/after.tokens.err"
}

# checksummed DIR LIST: the headers whose last line is a checksum
checksummed() {
	local file
	(cd "$1" && xargs -0 grep -lZE '^// [0-9a-f]{40}$' <"$2" |
		while IFS= read -r -d '' file; do
			[[ $(tail -n 1 "$file") != '// '* ]] || printf '%s\0' "$file"
		done) || true # grep fails where it finds nothing
}

# check_tree SRC OBJ ARCH
check_tree() {
	local src=$1 obj=$2 arch=$3 name=${2##*/} dir=$tap_tmp/tree
	rm -rf "$dir"
	mkdir "$dir" "$dir/after"

	ok "$name: packs" "$gen" --srctree "$src" --objtree "$obj" \
		--srcarch "$arch" --output "$dir/k.tar.xz"
	[ ! -s "$tap_tmp/.ok" ] || diag "$(cat "$tap_tmp/.ok")"
	tar -xJf "$dir/k.tar.xz" -C "$dir/after" || true

	headers_of "$src" "$obj" "$arch" >"$dir/list"
	ok "$name: has headers" test -s "$dir/list"
	tr '\0' '\n' <"$dir/list" >"$dir/want"
	members "$dir/k.tar.xz" >"$dir/got"
	ok "$name: holds the headers that mainline packs" diff "$dir/want" "$dir/got"

	copy_headers "$src" "$obj" "$dir/list" "$dir/before"
	lines "$dir/before" "$dir/list" >"$dir/before.lines"
	lines "$dir/after" "$dir/list" >"$dir/after.lines"
	ok "$name: as many lines in each" diff "$dir/before.lines" "$dir/after.lines"

	(cd "$dir/before" && xargs -0 grep -rhc SPDX-License-Identifier <"$dir/list") \
		>"$dir/before.spdx" || true
	(cd "$dir/after" && xargs -0 grep -rhc SPDX-License-Identifier <"$dir/list") \
		>"$dir/after.spdx" || true
	ok "$name: every licence line is there" cmp "$dir/before.spdx" "$dir/after.spdx"

	checksummed "$dir/before" "$dir/list" >"$dir/checksummed"
	ok "$name: has headers with a checksum of themselves" test -s "$dir/checksummed"
	while IFS= read -r -d '' file; do
		ok "$name: $file, which has a checksum of itself, is untouched" \
			cmp "$dir/before/$file" "$dir/after/$file"
	done <"$dir/checksummed"

	same_tokens lex "$name" "$dir" "$dir/list"
	spliced "$dir/before" "$dir/list" >"$dir/spliced"
	same_tokens lex_closely "$name" "$dir" "$dir/spliced"
}

trees=${KHEADERS_TREES:-$(trees_in_roots)}
ok "there are trees to check" test -n "$trees"
for tree in $trees; do
	IFS=: read -r src obj arch <<<"$tree"
	check_tree "$src" "$obj" "$arch"
done

done_testing
