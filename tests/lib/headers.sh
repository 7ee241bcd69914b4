# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154 # tap.sh sets tap_tmp
#
# Every header of a real kernel, packed. Source it after tap.sh, then call
#
#   check_headers NAME SRC OBJ ARCH    the archive holds all of them and nothing else,
#                                      and gcc finds the same tokens on the same lines
#   check_members NAME SRC OBJ ARCH    it holds what Linux's own script packs from that
#                                      full source tree, and the manifest is right
#
# with the trees' absolute paths and ARCH as below arch/. NAME begins each result's.

# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source-path=SCRIPTDIR source=lexer.sh
. "$top/tests/lib/lexer.sh"
# shellcheck source-path=SCRIPTDIR source=mainline.sh
. "$top/tests/lib/mainline.sh"

# pack_headers NAME SRC OBJ ARCH: leaves in $dir what it packs, and unpacks to "after".
pack_headers() {
	rm -rf "$dir"
	mkdir -p "$dir/after"
	ok "$1: packs" "$top/scripts/kheaders/gen_kheaders.sh" \
		--srctree "$2" --objtree "$3" --srcarch "$4" --output "$dir/ours.tar.xz"
	[ ! -s "$tap_tmp/.ok" ] || diag "$(cat "$tap_tmp/.ok")"
	tar -xJf "$dir/ours.tar.xz" -C "$dir/after" || true
	{ tar -tJf "$dir/ours.tar.xz" --quoting-style=literal || true; } >"$dir/members"
	{ grep -vx './.kheaders/manifest' "$dir/members" || true; } |
		LC_ALL=C sort >"$dir/got"
}

# without_marks OBJ: takes from a list what Linux's script should not pack, but does with
# some kernels: the header that says when the kernel was linked, utsversion.h, up to 5.x
# compile.h, and marks of kbuild, whose names end in .h up to 5.12.
without_marks() {
	local when=utsversion
	! grep -qs UTS_VERSION "$1/include/generated/compile.h" || when=compile
	{ grep -vxE "\./include/(config/.*|generated/$when\.h)" || true; } |
		LC_ALL=C sort -u
}

# headers_of SRC OBJ ARCH: what is to be packed, by kernel/Makefile's rules of 7.x. Only
# what is generated is taken from the object tree, where there is nothing else since 6.x.
headers_of() {
	local dirs=(./include "./arch/$3/include")
	{
		[ "$1" -ef "$2" ] || (cd "$1" && find "${dirs[@]}" -path '*/include/generated' \
			-prune -o -name '*.h' ! -type d -print)
		(cd "$2" && find "${dirs[@]}" -name '*.h' ! -type d)
	} | without_marks "$2"
}

# copy_headers SRC OBJ: to "before", links as what they point to; the object tree wins.
copy_headers() {
	local tree file
	mkdir "$dir/before"
	for tree in "$1" "$2"; do
		(cd "$tree" && while IFS= read -r -d '' file; do
			[ ! -f "$file" ] || printf '%s\0' "$file"
		done <"$dir/list" | xargs -0 -r cp -L --parents -t "$dir/before")
	done
}

# same_said NAME LIST CMD...: the command says the same of these headers on both sides
same_said() {
	local side
	for side in before after; do
		(cd "$dir/$side" && xargs -0 -r "${@:3}" 2>&1) <"$2" |
			sed 's/^ *//' >"$dir/$side.said" || true
	done
	ok "$1" diff "$dir/before.said" "$dir/after.said"
}

# same_tokens NAME LEXER, which is a function of lexer.sh
same_tokens() {
	local name="$1, by $2" count side
	count=$(wc -l <"$dir/want")
	"$2" "$dir/before" "$dir/list" "$dir/before.tokens" &
	"$2" "$dir/after" "$dir/list" "$dir/after.tokens"
	wait "$!"
	for side in before after; do
		is "$(lexed "$dir/$side.tokens")" "$count" "$name: gcc reads all headers $side"
	done
	is "$(different_tokens "$dir/before.tokens" "$dir/after.tokens")" '' \
		"$name: same tokens on the same lines"
	ok "$name: gcc has the same to say" \
		diff "$dir/before.tokens.err" "$dir/after.tokens.err"
}

# Run in a tree of headers with the compiler, ARCH and headers: what each becomes for the
# assembler, and what that has to say. cpp leaves its lines as they are, but for blanks.
# shellcheck disable=SC2016 # expanded there
assemble='compiler=$0 arch=$1
	shift
	for header; do
		$compiler -x assembler-with-cpp -D__KERNEL__ -D__ASSEMBLY__ -nostdinc \
			-Iarch/$arch/include -Iarch/$arch/include/generated -Iinclude \
			-Iarch/$arch/include/uapi -Iarch/$arch/include/generated/uapi \
			-Iinclude/uapi -Iinclude/generated/uapi \
			-include include/linux/kconfig.h -fno-diagnostics-show-caret \
			-E "$header" -o ../s || continue
		echo "$header: $(sed "s/[ \t][ \t]*/ /g; s/^ //; s/ $//" ../s | sha256sum)"
		! ${compiler%gcc}as -o ../o ../s || echo "$header: assembled"
	done'

# same_assembly NAME ARCH: headers that are for the assembler, too, mean the same to it
same_assembly() {
	local compiler=gcc
	[ "$2" = x86 ] || compiler=$(cross_compile "$2")gcc
	(cd "$dir/before" && xargs -0 grep -lZE \
		'__ASSEMBL(Y|ER)__|^[[:space:]]*[.]macro' -- <"$dir/list") \
		>"$dir/assembler" || true
	ok "$1: has headers for the assembler" test -s "$dir/assembler"
	same_said "$1: the assembler sees the same" "$dir/assembler" \
		sh -c "$assemble" "$compiler" "$2"
	ok "$1: it takes most of them" test "$(grep -c ': assembled$' "$dir/after.said")" -gt 80
}

check_headers() {
	local name=$1 dir=$tap_tmp/headers
	pack_headers "$@"
	headers_of "${@:2}" >"$dir/want"
	ok "$name: has headers" test -s "$dir/want"
	ok "$name: holds the headers that mainline packs" diff "$dir/want" "$dir/got"
	tr '\n' '\0' <"$dir/want" >"$dir/list"
	copy_headers "$2" "$3"
	same_said "$name: as many lines in each" "$dir/list" wc -l
	same_said "$name: every licence line is there" "$dir/list" \
		grep -Hno 'SPDX-License-Identifier.*'

	# sed's "F" prints the name
	(cd "$dir/before" && xargs -0 sed -nsE '$ { \,^// [0-9a-f]{40}$,F }') \
		<"$dir/list" | tr '\n' '\0' >"$dir/checksummed"
	ok "$name: has headers with a checksum of themselves" test -s "$dir/checksummed"
	same_said "$name: these are untouched" "$dir/checksummed" sha256sum

	same_tokens "$name" lex
	same_tokens "$name" lex_closely
	same_assembly "$name" "$4"
	rm -rf "$dir"
}

# What the script is to take time for is not the compression.
check_members() {
	local name=$1 dir=$tap_tmp/headers digest
	pack_headers "$@"
	is "$(head -n 1 "$dir/members")" ./.kheaders/manifest "$name: the manifest is first"
	digest=$(cd "$dir/after" && tail -n +2 "$dir/members" | xargs -d '\n' sha256sum |
		sha256sum) || true
	is "$(sed -n 's/^digest=//p' "$dir/after/.kheaders/manifest")" \
		"sha256:${digest%% *}" "$name: with the digest of what follows"

	ok "$name: the tar is GNU tar's" cmp <(xz -dc <"$dir/ours.tar.xz") \
		<(tar --create --format=ustar --blocking-factor=1 --directory="$dir/after" \
			--no-recursion --owner=0 --group=0 --numeric-owner \
			--mode=u=rwX,go=rX --mtime=@1 --files-from="$dir/members")

	XZ_OPT=-0 ok "$name: Linux's own script packs" \
		mainline_archive "${@:2}" "$dir/mainline.tar.xz"
	{ tar -tJf "$dir/mainline.tar.xz" --quoting-style=literal || true; } |
		sed '/\/$/d' | without_marks "$3" >"$dir/want"
	ok "$name: holds the headers that it packs" diff "$dir/want" "$dir/got"
	rm -rf "$dir"
}
