#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# An archive of profile "build", unpacked, says in one line what is in the way of
# building modules; and makes programs anew that are for another machine.

set -euo pipefail
# shellcheck source=tests/check/generator/tree.sh
. "$(dirname "$0")/tree.sh"

tree=$tap_tmp/tree kit=$tap_tmp/kit module=$tap_tmp/module
mkdir "$kit" "$module" "$tap_tmp/bin"
tree_split "$tree"
tree_kit "$tree/src" "$tree/obj"
# shellcheck disable=SC2016 # make's variables
put "$tree/src/Makefile" 'CC = gcc' 'modules: ; @echo with $(CC) in $(M)' \
	'clean: ; @echo cleaned'
put "$tree/obj/include/generated/autoconf.h" \
	'#define CONFIG_CC_VERSION_TEXT "gcc (Debian 14.2.0-19) 14.2.0"'
put "$tree/src/scripts/recordmcount.c" 'int main(void) { return 1; }'
put "$tree/src/scripts/basic/fixdep.c" 'int main(void) { return 1; }'
put "$tree/src/scripts/mod/modpost.c" '#include "elfconfig.h"' \
	'int modpost(void); int main(void) { return modpost(); }'
put "$tree/src/scripts/mod/file2alias.c" '#include <xalloc.h>' \
	'int modpost(void) { return 2; }'
put "$tree/src/scripts/mod/sumversion.c" 'int sum;'
kit "$tree/src" "$tree/obj" "$tap_tmp/kit.tar.xz" >/dev/null
tar -xf "$tap_tmp/kit.tar.xz" -C "$kit"

# compiler NAME TEXT: one that says this of itself
compiler() {
	put "$tap_tmp/bin/$1" '#!/bin/sh' "echo '$2'"
	chmod +x "$tap_tmp/bin/$1"
}

# make adds where it is.
build() {
	make --no-print-directory -C "$kit" M="$module" "$@"
}

# These headers are of a kernel that surely does not run here.
export KERNELRELEASE=7.3.4-test

# cannot ERE NAME [ARG...]
cannot() {
	run_mustfail -s 2 -e "$1" "$2" build modules "${@:3}"
}

export PATH="$tap_tmp/bin:$PATH"
compiler gcc 'gcc (Debian 14.2.0-19) 14.2.0'
ok 'modules are built' build modules
is "$(cat "$tap_tmp/.ok")" "with gcc in $module" "by the kernel's Makefile"

cannot 'no such compiler: gcc-99; install it, or say CC=.*gcc .Debian 14.2.0-19. 14.2.0' \
	'a compiler that is not there' CC=gcc-99
compiler gcc-same 'gcc-same (Debian 14.2.0-20) 14.2.0'
ok "a compiler of the kernel's version" build modules CC=gcc-same
is "$(cat "$tap_tmp/.ok")" "with gcc-same in $module" 'nothing to warn of'
for text in 'gcc-other (GCC) 12.2.0' 'Debian clang version 14.2.0'; do
	compiler gcc-other "$text"
	ok "with $text" build modules CC=gcc-other
	like "$(cat "$tap_tmp/.ok")" \
		"warning: .* it is ${text//[()]/.}, the kernel was built with gcc .Debian 14.2.0-19. 14.2.0" \
		'a warning that names both'
done

cannot 'headers of 7.3.4-test, not of 5.10.0; .* say KERNELRELEASE=7.3.4-test' \
	'for another kernel' KERNELRELEASE=5.10.0
ok 'for another kernel than the one that runs' \
	env -u KERNELRELEASE make --no-print-directory -C "$kit" M="$module" modules
like "$(cat "$tap_tmp/.ok")" \
	"warning: modules will be for 7.3.4-test, .*; the kernel that runs is $(uname -r)" \
	'a warning that names both'

cannot 'M=.*/nowhere: no such directory' 'no such module' M="$tap_tmp/nowhere"
open_directory "$tap_tmp/open" "$kit"
mkdir -m 555 "$tap_tmp/readonly"
run_mustfail -s 2 -e 'M=.*/readonly: cannot write there' 'a directory that is read-only' \
	as_nobody make --no-print-directory -C "$tap_tmp/open/tree" \
	M="$tap_tmp/readonly" modules
ok 'nothing of that matters to clean' build clean CC=gcc-99

# foreign PROGRAM: makes it one for a machine that there is not
foreign() {
	printf '\377\377' | dd of="$kit/$1" bs=1 seek=18 conv=notrunc status=none
}

ok 'programs that run stay' make -C "$kit" prepare-host
for program in scripts/basic/fixdep scripts/mod/modpost scripts/recordmcount; do
	foreign "$program"
	cannot "$program does not run on this machine: make -C .*/kit prepare-host" \
		"$program for another machine"
	ok "prepare-host makes $program" make -C "$kit" prepare-host
	like "$(cat "$tap_tmp/.ok")" "$program was built" 'and says so'
	ok 'then modules are built' build modules
	ok "it is executable" test -x "$kit/$program"
done
is "$(find "$kit" -name '*.new')" '' 'nothing else is left'
run_mustfail -s 2 'no compiler for the host' make -C "$kit" prepare-host HOSTCC=gcc-99
like "$(cat "$tap_tmp/.err")" 'no such compiler: gcc-99; say HOSTCC=' 'it is named'
foreign scripts/genksyms/genksyms
run_mustfail -s 2 'a program without its source' make -C "$kit" prepare-host
like "$(cat "$tap_tmp/.err")" \
	'genksyms does not run on this machine, and its source did not come along' 'it is named'

done_testing
