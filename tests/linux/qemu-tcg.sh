#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# QEMU without KVM, whatever the command line says, for kunit.sh to put first in
# PATH under the name of the QEMU that it stands in for: kunit.py of new kernels
# asks for KVM, and where /dev/kvm opens but runs no guest, that hangs.

set -euo pipefail

name=${0##*/} own=$(cd "$(dirname "$0")" && pwd)
arguments=()
while [ "$#" -gt 0 ]; do
	if [ "$1" = -accel ]; then
		shift
	else
		arguments+=("$1")
	fi
	shift
done

# Others may have put their folders before ours since.
PATH=:$PATH:
PATH=${PATH//":$own:"/:}
PATH=${PATH#:} PATH=${PATH%:}
exec "$name" -accel tcg "${arguments[@]}"
