#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# check-build.sh MODULE-DIRECTORY RELEASE CC...: can a module be built here, with the
# archive of a kernel that this directory's parent is? Prints what is in the way, in
# one line, or nothing. Warns of a compiler that is not the kernel's.
#
# RELEASE is for which kernel; if it is empty, for the one that the archive is of.
set -eu

no()
{
	echo "$*"
	exit 0
}

manifest()
{
	sed -n "s/^$1=//p" .kheaders/manifest
}

check_release()
{
	ours=$(manifest release)
	if [ -n "$1" ] && [ "$1" != "$ours" ]; then
		no "these are the headers of $ours, not of $1;" \
			"if that is what you want, say KERNELRELEASE=$ours"
	elif [ -z "$1" ] && [ "$ours" != "$(uname -r)" ]; then
		echo "kheaders: warning: modules will be for $ours, which these headers" \
			"are of; the kernel that runs is $(uname -r)" >&2
	fi
}

# "gcc 12.2.0" of what a compiler says of itself
identify()
{
	printf '%s\n' "$1" | sed -n -e 's/.*clang version \([0-9.]*\).*/clang \1/p' \
		-e t -e 's/.* \([0-9][0-9.]*\)\( .*\)*$/gcc \1/p'
}

check_compiler()
{
	ours=$(manifest compiler)
	command -v "${1-}" >/dev/null ||
		no "no such compiler: ${1-}; install it, or say CC=...;" \
			"the kernel was built with: $ours"
	theirs=$("$@" --version 2>/dev/null | head -n 1)
	if [ "$(identify "$ours")" != "$(identify "$theirs")" ]; then
		echo "kheaders: warning: this compiler is not the kernel's:" \
			"it is $theirs, the kernel was built with $ours" >&2
	fi
}

module=$1 release=$2
shift 2
[ -z "$module" ] || [ -d "$module" ] || no "M=$module: no such directory"
[ -z "$module" ] || [ -w "$module" ] || no "M=$module: cannot write there"
cd "$(dirname -- "$0")/.."
check_release "$release"
check_compiler "$@"
program=$(sh .kheaders/prepare-host.sh --check)
[ -z "$program" ] ||
	no "$program does not run on this machine: make -C $PWD prepare-host"
