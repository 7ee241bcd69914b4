#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# /sys/kernel/btf from kbtf.ko, in a kernel that has none: libbpf finds the kernel's
# types there, and a program that could not be loaded runs. A harness says:
#
# KBTF_MODULE	path of kbtf.ko
# KBTF_BTF	path of the BTF it was built with
# KBTF_FOREIGN	path of a kbtf.ko for another build of this kernel
# KBTF_EMPTY	path of a kbtf.ko that was built without pahole

# shellcheck disable=SC2317 # the functions are called by ktap_test

cd "$(dirname "$0")" || exit 1
. ./kbtf_lib.sh

vmlinux=/sys/kernel/btf/vmlinux
files="$vmlinux /sys/kernel/btf/kernel"

is_absent() {
	[ ! -e /sys/kernel/btf ]
}

# The words are libbpf's.
core_fails() {
	./kbtf_core kbtf_core.bpf.o >"$dir/log" 2>&1
	rc=$?
	cat "$dir/log"
	[ "$rc" -eq 1 ] && grep -q 'failed to find valid kernel BTF' "$dir/log"
}

core_runs() {
	./kbtf_core kbtf_core.bpf.o
}

foreign_is_refused() {
	kbtf_refused 'Stale file handle' \
		'this BTF comes from another build of the kernel' "$KBTF_FOREIGN" &&
		is_absent
}

empty_is_refused() {
	kbtf_refused 'No data available' 'no BTF, or damaged BTF' "$KBTF_EMPTY" &&
		is_absent
}

# The place of the BTF in the module, by what its header begins with.
find_btf() {
	pattern=$(od -An -v -tx1 -N 8 "$KBTF_BTF" | sed 's/ /\\x/g')
	LC_ALL=C grep -obUaP "$pattern" "$KBTF_MODULE" | LC_ALL=C sed -n '1s/:.*//p'
}

# damaged_is_refused OFFSET COUNT: as many bytes of the header are all ones.
damaged_is_refused() {
	place=$(find_btf)
	[ -n "$place" ] || return 1
	cp "$KBTF_MODULE" "$dir/kbtf.ko" &&
		head -c "$2" /dev/zero | tr '\0' '\377' |
		dd of="$dir/kbtf.ko" bs=1 seek=$((place + $1)) conv=notrunc \
			status=none || return 1
	kbtf_refused 'Bad message' 'no BTF, or damaged BTF' "$dir/kbtf.ko" &&
		is_absent
}

loads() {
	insmod "$KBTF_MODULE"
}

are_regular_0444() {
	for file in $files; do
		stat -c '%n: %F %a %u:%g' "$file"
		[ "$(stat -c '%F %a %u:%g' "$file")" = 'regular file 444 0:0' ] ||
			return 1
	done
}

are_as_built() {
	for file in $files; do
		stat -c '%n: %s' "$file"
		[ "$(stat -c %s "$file")" -eq "$(stat -c %s "$KBTF_BTF")" ] &&
			cmp "$KBTF_BTF" "$file" || return 1
	done
}

# Its numbers are in the order of this machine's bytes.
is_btf() {
	words=$(od -An -v -tu4 -N 24 "$vmlinux") || return 1
	# shellcheck disable=SC2086 # six of them
	set -- $words
	echo "header: $2 bytes; types: $4 bytes at $3; strings: $6 bytes at $5"
	[ "$(od -An -tx2 -N 2 "$vmlinux" | tr -d ' ')" = eb9f ] &&
		[ "$2" -eq 24 ] && [ "$3" -eq 0 ] && [ "$5" -eq "$4" ] &&
		[ $(($2 + $5 + $6)) -eq "$(stat -c %s "$vmlinux")" ]
}

dump_compiles() {
	bpftool btf dump file "$vmlinux" format c >"$dir/vmlinux.h" &&
		grep -c '^struct .* {$' "$dir/vmlinux.h" &&
		cc -std=gnu11 -fsyntax-only -w "$dir/vmlinux.h"
}

pahole_reads_it() {
	pahole -F btf -C task_struct "$vmlinux" >"$dir/task_struct" || return 1
	grep ' tgid;' "$dir/task_struct"
}

second_is_refused() {
	! insmod "$KBTF_MODULE" 2>"$dir/stderr" && cat "$dir/stderr" &&
		grep -q 'File exists' "$dir/stderr"
}

unloads() {
	rmmod kbtf && is_absent
}

# if_there PROGRAM NAME COMMAND...
if_there() {
	if command -v "$1" >/dev/null; then
		shift
		ktap_test "$@"
	else
		ktap_skip "$2" "there is no $1"
	fi
}

[ ! -e "$vmlinux" ] || ktap_skip_all 'this kernel has BTF of its own'
ktap_plan 21
ktap_test 'there is no /sys/kernel/btf' is_absent
ktap_test 'without it a program with CO-RE cannot be loaded' core_fails
ktap_test 'BTF of another build is refused' foreign_is_refused
ktap_test 'none is refused' empty_is_refused
ktap_test 'BTF with a wrong magic number is refused' damaged_is_refused 0 2
ktap_test 'BTF with a wrong header length is refused' damaged_is_refused 4 4
ktap_test 'BTF whose types are not in it is refused' damaged_is_refused 12 4
ktap_test 'BTF whose strings are not in it is refused' damaged_is_refused 16 4
ktap_test 'BTF whose strings do not end in it is refused' damaged_is_refused 20 4
ktap_test 'it loads' loads
ktap_test 'regular files of mode 0444 that belong to root' are_regular_0444
ktap_test 'size and contents are of the BTF that was built' are_as_built
ktap_test 'it is BTF, and all of it is there' is_btf
ktap_test 'read() gives it in any pieces' ./kheaders_read "$vmlinux"
ktap_test 'mmap() gives the same' ./kheaders_mmap "$vmlinux"
ktap_test 'the same program runs now, and finds its field' core_runs
ktap_test 'the types of programs work that are said to, and no others' \
	./kbtf_types kbtf_types.bpf.o
if_there bpftool 'what bpftool makes of it compiles' dump_compiles
if_there pahole 'pahole reads it' pahole_reads_it
ktap_test 'a second time it does not load' second_is_refused
ktap_test 'it unloads' unloads
ktap_exit
