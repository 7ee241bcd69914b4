#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# demo.sh: what `make run` shows. Builds kheaders.ko for Debian's stock kernel 6.1,
# boots that kernel in a virtual machine, and shows what it has to offer. Exit
# status 0 only if everything worked.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=rows.sh
. "$(dirname "$0")/rows.sh"

# shellcheck disable=SC2317 # called by the trap
finish() {
	local status=$?
	rm -rf -- "${tmp:-}"
	if [ "$status" -eq 0 ]; then
		printf '\nSUCCESS: %s, after %d s\n' "$summary" "$SECONDS"
	else
		printf '\nFAILED, after %d s: see above and %s\n' "$SECONDS" \
			"${row_work-$top/build}"
	fi
}

# What the guest shows, as it comes, until the process PID ends.
follow() {
	tail -n +1 -F --pid="$1" "$row_work/demo.result" 2>/dev/null |
		sed -un 's/\r$//; s/^| \{0,1\}//p'
}

load_row debian-6.1
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
tmp=$(mktemp -d)

"$vm/root.sh" "$row"
release=$(kernel_release)
summary="a stock Debian $row_release kernel, $release, serves its own headers"
say "building kheaders.ko for Debian's Linux $release"
"$vm/build-module.sh" "$row"
say "booting Debian's Linux $release in QEMU, unchanged (the kernel's log:" \
	"build/rows/$row/demo.console)"
mkdir -p "$row_work"
rm -f -- "$row_work/demo.result"
VM_TIMEOUT=300 "$vm/run-jobs.sh" "$row" demo >"$tmp/cases" &
job=$!
follow "$job" || :
status=0
wait "$job" || status=$?
echo
cat "$tmp/cases"
exit "$status"
