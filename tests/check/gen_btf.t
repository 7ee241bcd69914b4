#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
#
# gen_btf.sh gets BTF out of a vmlinux; without pahole it goes on, and whatever else
# is in its way is named. kernel/kbtf/Makefile gets the notes that say which kernel it
# is. A small program stands in for the kernel.

set -euo pipefail
# shellcheck source=tests/lib/common.sh
. "$(dirname "$0")/../lib/common.sh"
# shellcheck source=tests/lib/tap.sh
. "$top/tests/lib/tap.sh"
# shellcheck source=tests/check/interrupt.sh
. "$top/tests/check/interrupt.sh"
gen=$top/scripts/kbtf/gen_btf.sh
out=$tap_tmp/out
mkdir "$out"

# make_vmlinux FILE OPTION...
make_vmlinux() {
	cat >"$tap_tmp/vmlinux.c" <<-C
		struct inner { char c; long number; };
		struct outer { short s; struct inner inner; struct outer *next; };
		struct outer outer;
		enum big { SMALL, BIG = 1ULL << 40 } big;
		double number;
		int main(void) { return outer.inner.c; }
	C
	gcc "${@:2}" -Wl,--build-id=sha1 -o "$1" "$tap_tmp/vmlinux.c"
	objcopy --rename-section .note.gnu.build-id=.notes "$1"
}

# generate VMLINUX [VARIABLE=VALUE...]
generate() {
	env "${@:2}" "$gen" "$1" "$out/btf"
}

# pahole's word on where members are, in BTF and in DWARF alike.
layout() {
	pahole -F "$1" -C outer "$2" 2>&1 | grep -v '^$'
}

left_over() {
	find "$out" -mindepth 1 ! -name btf
}

vmlinux=$tap_tmp/vmlinux
make_vmlinux "$vmlinux" -g
digest=$(sha256sum <"$vmlinux")
ok "there is BTF of a kernel" generate "$vmlinux"
like "$(layout btf "$out/btf")" 'inner;.* 8 +16 ' "it has the types"
is "$(layout btf "$out/btf")" "$(layout dwarf "$vmlinux")" "as DWARF has them"
is "$(od -An -tx2 -N2 "$out/btf" | tr -d ' ')" eb9f "it is raw BTF"
is "$(sha256sum <"$vmlinux")" "$digest" "the kernel is as it was"
is "$(left_over)" '' "nothing else is left"
is "$(umask 022; generate "$vmlinux"; stat -c %a "$out/btf")" 644 \
	"everybody may read it"
cp "$out/btf" "$tap_tmp/first"

# What pahole would call if it is not told.
mkdir "$tap_tmp/bin"
ln -s /bin/false "$tap_tmp/bin/llvm-objcopy"
ok "no program of LLVM is needed" generate "$vmlinux" PATH="$tap_tmp/bin:$PATH"

# pahole writes that into the file itself.
cp "$vmlinux" "$tap_tmp/with"
LLVM_OBJCOPY=objcopy pahole -J "$tap_tmp/with"
cp "$tap_tmp/with" "$tap_tmp/with.orig"
ok "there is BTF of a kernel that has some" generate "$tap_tmp/with"
ok "it is left as it was" cmp "$tap_tmp/with" "$tap_tmp/with.orig"
ok "once more" generate "$vmlinux"
ok "returns the same" cmp "$tap_tmp/first" "$out/btf"

# Only kinds of types that the kernel's header has.
kinds() {
	bpftool btf dump file "$out/btf" | grep -oE "\\] (FLOAT|ENUM64) '[a-z]+'"
}
for known in 'FLOAT ENUM64' FLOAT ''; do
	tr ' ' '\n' <<<"$known" | sed 's/^/#define BTF_KIND_/' >"$tap_tmp/btf.h"
	ok "kinds: $known" generate "$vmlinux" UAPI_BTF_H="$tap_tmp/btf.h"
	want=
	[[ $known != *FLOAT* ]] || want="] FLOAT 'double'"$'\n'
	[[ $known != *ENUM64* ]] || want+="] ENUM64 'big'"
	is "$(kinds | sort -r)" "${want%$'\n'}" "only these"
done

# Without a pahole that can do it.
# Before 1.22 it rewrites the file that it is given.
# shellcheck disable=SC2016 # the script's variables
printf '%s\n' '#!/bin/sh' '[ "$1" != --version ] || exec echo v1.21' 'exec pahole "$@"' \
	>"$tap_tmp/older"
chmod +x "$tap_tmp/older"
ok "an older pahole makes it, too" generate "$vmlinux" PAHOLE="$tap_tmp/older"
is "$(layout btf "$out/btf")" "$(layout dwarf "$vmlinux")" "as DWARF has them"
is "$(sha256sum <"$vmlinux")" "$digest" "the kernel is as it was"
printf '#!/bin/sh\necho v1.15\n' >"$tap_tmp/old"
chmod +x "$tap_tmp/old"
for pahole in "$tap_tmp/none" "$tap_tmp/old"; do
	generate "$vmlinux"
	ok "goes on with ${pahole##*/}" generate "$vmlinux" PAHOLE="$pahole"
	like "$(cat "$tap_tmp/.ok")" '^gen_btf: warning: making no BTF: .' "and says so"
	is "$(wc -l <"$tap_tmp/.ok")" 1 "in one line"
	is "$(cat "$out/btf")" '' "the file is empty"
done

# Stopped while pahole is at work, which goes with its process group.
# shellcheck disable=SC2016 # the script's variable
slow_tool "$tap_tmp/slow" '[ "$1" != --version ] || exec echo v1.24'

# stop SIGNAL
stop() {
	local status=0
	ok "$1: pahole was at work" start env PAHOLE="$tap_tmp/slow" \
		"$gen" "$vmlinux" "$out/btf"
	send "$1" group
	wait "$pid" 2>/dev/null || status=$?
	ok "$1: it fails" test "$status" -ne 0
	ok "$1: what there was is left alone" cmp "$tap_tmp/first" "$out/btf"
}
generate "$vmlinux"
for signal in HUP INT TERM; do
	stop "$signal"
	is "$(left_over)" '' "$signal: nothing else is left"
done
stop KILL
ok "KILL: the next run works" generate "$vmlinux"
is "$(left_over)" '' "KILL: and leaves nothing else"

# Whatever else is wrong changes nothing.
refuses() {
	run_mustfail -s "$1" -e "$2" -o "$out/btf" "$3" "${@:4}"
	is "$(left_over)" '' "$3: nothing is left"
}
generate "$vmlinux"
make_vmlinux "$tap_tmp/plain"
refuses 1 'cannot make BTF' "no DWARF" generate "$tap_tmp/plain"
refuses 1 'no such file' "no such kernel" generate "$tap_tmp/missing"
echo 'no ELF' >"$tap_tmp/text"
refuses 1 'cannot make BTF' "no ELF file" generate "$tap_tmp/text"
refuses 1 'no such program' "no objcopy" generate "$vmlinux" OBJCOPY="$tap_tmp/none"
refuses 1 'cannot write there' "nowhere to write" \
	"$gen" "$vmlinux" "$tap_tmp/no/btf"
refuses 2 '^usage: ' "no arguments" "$gen"

# notes VMLINUX: made by the rule that makes them in a build
# shellcheck disable=SC2016 # make's variables
notes() {
	mkdir -p "$tap_tmp/kernel/kbtf"
	printf '%s\n' 'if_changed = $(cmd_$(1))' '.DELETE_ON_ERROR:' 'FORCE:' \
		"obj := $tap_tmp" "src := $top" "KBTF_VMLINUX := $1" 'OBJCOPY := objcopy' \
		'KBUILD_EXTMOD := .' 'include $(src)/Kbuild' |
		make -rsf - "$tap_tmp/kernel/kbtf/notes.bin"
}
ok "there are notes of a kernel" notes "$vmlinux"
is "$(tail -c 20 "$tap_tmp/kernel/kbtf/notes.bin" | od -An -v -tx1 | tr -d ' \n')" \
	"$(readelf -n "$vmlinux" | sed -n 's/.*Build ID: //p')" \
	"the notes end with the build ID"
objcopy --remove-section .notes "$vmlinux" "$tap_tmp/nameless"
run_mustfail -s 2 -e 'no section [.]notes' "no notes" notes "$tap_tmp/nameless"
is "$(ls "$tap_tmp/kernel/kbtf")" '' "no notes: nothing is left"
done_testing
