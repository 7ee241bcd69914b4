# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The compiler's own lexer as the judge of what stripping may change: nothing that
# it can see.
#
# gcc -E takes every line apart into tokens and prints them, each on its line and
# with one blank where there was any; comments go. Only the indentation still shows
# where a comment stood, so that is removed. One gcc reads all headers as one file,
# where "# 1 "its name"" begins each and two newlines end it, whatever its last line is.

# tokens DIR LIST OUT EDIT OPTION...: what gcc prints for the files in DIR that LIST
# names (each ended by a NUL), edited by that piece of perl, goes to OUT, what it has
# to say to OUT.err: columns may move, lines may not.
#
# An unterminated comment or string swallows the next header's first line, and gcc has
# read too few. Then it reads each half by itself, down to a header alone.
tokens() {
	local count half
	count=$(tr -cd '\0' <"$2" | wc -c)
	# shellcheck disable=SC2016 # perl's
	(cd "$1" && perl -0ne 'chomp; open my $file, "<", $_ or next; local $/;
		print "# 1 \"$_\"\n"; $_ = <$file>; '"$4"'; print "$_\n\n"') <"$2" |
		LC_ALL=C gcc -x c -std=gnu11 -w -fno-diagnostics-show-caret "${@:5}" \
			-E - 2>"$3.raw" | sed '/^# [01] "</d; s/^ *//' >"$3" || true
	sed -E 's/^([^:]*:[0-9]+):[0-9]+:/\1:/' "$3.raw" >"$3.err"
	rm "$3.raw"
	if [ "$count" -le 1 ] || [ "$(lexed "$3")" -eq "$count" ]; then return; fi
	head -zn "$((count / 2))" "$2" >"$3.list1"
	tail -zn "+$((count / 2 + 1))" "$2" >"$3.list2"
	for half in 1 2; do
		tokens "$1" "$3.list$half" "$3.$half" "${@:4}"
	done
	cat "$3".[12] >"$3"
	cat "$3".[12].err >"$3.err"
	rm "$3".[12] "$3".[12].err "$3".list[12]
}

# lex DIR LIST OUT: each line as it is, whatever #if it is under and whether it is
# spliced. No macro is expanded.
lex() {
	tokens "$1" "$2" "$3" '' -fpreprocessed -dD
}

# lex_closely DIR LIST OUT: spliced lines are joined, as the compiler proper sees them.
# An '@' before each '#' leaves no directive that could hide anything, nor macros of a
# header to the next one. gcc's own counter would go on there.
lex_closely() {
	tokens "$1" "$2" "$3" 's/#|%:/\@$&/g' -undef -U__COUNTER__ -nostdinc
}

# How many files were taken apart.
lexed() {
	grep -ac '^# 1 "\./' "$1"
}

# different_tokens BEFORE AFTER: names the files whose tokens differ, 20 at most, given
# two outputs of lex for the same list.
different_tokens() {
	local side
	! cmp -s "$1" "$2" || return 0
	for side in "$1" "$2"; do
		awk -F '"' -v OFS='\t' '
			/^# 1 "\.\// { name = $2; line = 0 }
			{ print name, ++line, $0 }
		' "$side" >"$side.named"
	done
	{ diff -a "$1.named" "$2.named" || true; } |
		sed -n 's/^[<>] \([^\t]*\)\t.*/\1/p' |
		awk '!seen[$0]++ && n++ < 20'
	rm "$1.named" "$2.named"
}
