#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# gen_btf.sh VMLINUX BTF: has pahole convert the DWARF in a kernel's vmlinux to BTF.
# Without a pahole that can do it the file is empty: a line says so, and the build
# goes on.
#
# Environment: PAHOLE, OBJCOPY: programs to use; UAPI_BTF_H: the kernel's linux/btf.h,
# which says what kinds of types those know that read BTF for that kernel
#
# pahole gets no threads, with which its output would be another each time.
set -eu

die()
{
	printf 'gen_btf: %s\n' "$*" >&2
	exit 1
}

stop()
{
	exit $((128 + $1))
}

go_without()
{
	printf 'gen_btf: warning: making no BTF: %s\n' "$*" >&2
	: > "$work/btf"
}

# Sets version, to 124 for 1.24; empty if there is no pahole.
find_pahole()
{
	version=
	if command -v "$PAHOLE" > /dev/null; then
		version=$("$PAHOLE" --version 2> /dev/null | tr -dc '0-9')
	fi
}

# knows KIND: may there be such types?
knows()
{
	[ -z "${UAPI_BTF_H-}" ] || grep -q "BTF_KIND_$1\>" "$UAPI_BTF_H"
}

# Before 1.22 pahole has objcopy add a section to the file: to a copy. From 1.18 to 1.21
# it fails at per-CPU variables without a size.
encode()
{
	if [ "$version" -ge 122 ]; then
		: > "$work/btf"		# pahole would let only its owner read it
		set -- --btf_encode_detached="$work/btf" "$vmlinux"
	else
		cp "$vmlinux" "$work/vmlinux" || die "${btf%/*}: cannot write there"
		set -- -J "$work/vmlinux"
	fi
	if [ "$version" -ge 118 ] && [ "$version" -le 121 ]; then
		set -- --skip_encoding_btf_vars "$@"
	fi
	if [ "$version" -ge 121 ] && knows FLOAT; then
		set -- --btf_gen_floats "$@"
	fi
	if [ "$version" -ge 124 ]; then
		set -- --lang_exclude=rust "$@"
		knows ENUM64 || set -- --skip_encoding_btf_enum64 "$@"
	fi
	LLVM_OBJCOPY="$OBJCOPY" "$PAHOLE" "$@" > "$work/log" 2>&1 ||
		die "$vmlinux: $PAHOLE cannot make BTF of it:" \
			"$(tail -n 1 "$work/log")"
	[ "$version" -ge 122 ] ||
		"$OBJCOPY" --dump-section .BTF="$work/btf" -O binary \
			--only-section=.BTF "$work/vmlinux" "$work/rest" \
			2> "$work/log" ||
		die "$vmlinux: $OBJCOPY cannot get .BTF: $(tail -n 1 "$work/log")"
	[ -s "$work/btf" ] || die "$vmlinux: $PAHOLE made no BTF of it"
}

[ $# -eq 2 ] || {
	echo "usage: ${0##*/} VMLINUX BTF" >&2
	exit 2
}
vmlinux=$1 btf=$2
: "${PAHOLE:=pahole}" "${OBJCOPY:=objcopy}"
[ -f "$vmlinux" ] || die "$vmlinux: no such file"
command -v "$OBJCOPY" > /dev/null || die "$OBJCOPY: no such program"
# Always the same directory: a run that was killed has left a copy of vmlinux there.
work=$btf.d
rm -rf "$work"
mkdir "$work" 2> /dev/null || die "$btf: cannot write there"
trap 'rm -rf "$work"' EXIT
trap 'stop 1' HUP
trap 'stop 2' INT
trap 'stop 15' TERM

find_pahole
if [ -z "$version" ]; then
	go_without "there is no $PAHOLE"
elif [ "$version" -lt 116 ]; then
	go_without "$PAHOLE is older than 1.16"
else
	encode
fi
mv -f "$work/btf" "$btf"
