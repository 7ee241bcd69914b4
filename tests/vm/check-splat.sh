#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# check-splat.sh LOG: looks through a kernel's console log for what a healthy
# kernel never says, and prints it. Exit status: 0 if there is nothing and the
# log is one of a kernel's boot; 1 otherwise, so a lost log is a failure too.

set -euo pipefail

deny='BUG: |BUG at |WARNING: |Oops|Kernel panic|Call Trace:|cut here'
deny+='|general protection fault|[Uu]nable to handle (kernel|page|NULL)'
deny+='|invalid opcode|double fault|stack overflow|Internal error|segfault'
deny+='|(soft|hard) (lockup|LOCKUP)|detected (expedited )?stall|self-detected stall'
deny+='|blocked for more than|sleeping function called|scheduling while atomic'
deny+='|KASAN|UBSAN|KFENCE|KCSAN|CFI failure|refcount_t:|list_(add|del) corruption'
deny+='|Bad page|cannot create duplicate filename|[Oo]ut of memory'

# What stock kernels say on processors with known flaws.
allow='RETBleed: WARNING: Spectre v2|Spectre V2 : WARNING: '

[ "$#" -eq 1 ] || { echo "usage: ${0##*/} LOG" >&2; exit 2; }
if ! grep -aq 'Linux version ' "$1" 2>/dev/null; then
	echo "$1: not a kernel's log"
	exit 1
fi
if tr -d '\r' <"$1" | grep -aE "$deny" | grep -avE "$allow"; then
	exit 1
fi
