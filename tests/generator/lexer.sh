# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The compiler's own lexer as the judge of what stripping may change: nothing
# that it can see.
#
# With -fpreprocessed -dD -E gcc takes every line of a header, whatever #if it
# is under, apart into tokens and prints them, each on its line and with one
# blank where there was any; comments go. Only the indentation still shows
# where a comment stood, so that is removed.

# tokens DIR LIST OUT OPTION...: what gcc prints for the files in DIR that LIST
# names (each ended by a NUL) goes to OUT, what it has to say to OUT.err. One gcc
# takes many files, but runs its compiler proper once for each.
tokens() {
	(cd "$1" && LC_ALL=C xargs -0 -r -n 200 gcc -x c -std=gnu11 -w \
		-fno-diagnostics-show-caret "${@:4}" -dD -E) \
		<"$2" 2>"$3.raw" | sed 's/^ *//' >"$3" || true
	# Columns may move, lines may not.
	sed -E 's/^([^:]*:[0-9]+):[0-9]+:/\1:/' "$3.raw" >"$3.err"
	rm "$3.raw"
}

# lex DIR LIST OUT
lex() {
	tokens "$1" "$2" "$3" -fpreprocessed
}

# Spliced lines are not joined then. Headers with such lines are to be seen
# once more as the compiler proper sees them: macros in force, but no #if and
# no #include.

# spliced DIR LIST: names the headers with such lines.
spliced() {
	# grep fails where it finds nothing.
	(cd "$1" && xargs -0 -r grep -lZE $'\\\\[ \t\f\v\r]*$' <"$2") || true
}

# lex_closely DIR LIST OUT: changes the files, too.
lex_closely() {
	local blank=$'([ \t\f\v]|/\\*[^*]*\\*/)*' hash='(#|%:)'
	(cd "$1" && xargs -0 -r sed -E -i \
		-e "\,^$blank$hash$blank(define|undef)\b,b" \
		-e "s,^($blank)$hash,\1@,") <"$2"
	tokens "$1" "$2" "$3" -undef -nostdinc
}

# How many files were taken apart: gcc begins each with "# 1 "its name"".
lexed() {
	grep -c '^# 1 "\./' "$1"
}

# different_tokens BEFORE AFTER: names the files whose tokens differ, given two
# outputs of lex for the same list.
different_tokens() {
	local side
	for side in "$1" "$2"; do
		awk -F '"' -v OFS='\t' '
			/^# [01] "\.\// { name = $2; line = 0 }
			{ print name, ++line, $0 }
		' "$side" >"$side.named"
	done
	{ diff -a "$1.named" "$2.named" || true; } |
		sed -n 's/^[<>] \([^\t]*\)\t.*/\1/p' |
		awk '!seen[$0]++'
	rm "$1.named" "$2.named"
}
