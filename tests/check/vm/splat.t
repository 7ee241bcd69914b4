#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What check-splat.sh makes of kernels' console logs.

set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../../lib/tap.sh
. "$here/../../lib/tap.sh"

# judged STATUS LINE: of a log that is in order but for this line
judged() {
	local status=0
	printf '[    %s\n' '0.000000] Linux version 6.1.0-0-amd64 (build@host)' \
		"2.000000] $2" '9.000000] reboot: Power down' >"$tap_tmp/console"
	"$here/../../vm/check-splat.sh" "$tap_tmp/console" >"$tap_tmp/out" || status=$?
	is "$status" "$1" "status $1: $2"
}

judged 0 'PCI: if necessary, use "pci=nocrs" and report a bug'
judged 0 'kheaders: loading out-of-tree module taints kernel.'
judged 0 'RETBleed: WARNING: Spectre v2 mitigation leaves CPU vulnerable'
judged 1 "sysfs: cannot create duplicate filename '/kernel/kheaders.tar.xz'"
judged 1 'BUG: unable to handle page fault for address: ffffa30a8044c000'
judged 1 'Kernel panic - not syncing: Attempted to kill init!'
judged 1 'rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:'
judged 1 '------------[ cut here ]------------'
judged 1 'WARNING: CPU: 0 PID: 7 at fs/some/file.c:1 some_function+0x1/0x2'

for log in '' 'SeaBIOS (version 1.16.2-debian)'; do
	echo "$log" >"$tap_tmp/console"
	run_mustfail -s 1 "no kernel's log: '$log'" \
		"$here/../../vm/check-splat.sh" "$tap_tmp/console"
done
run_mustfail -s 1 "a log that does not exist" \
	"$here/../../vm/check-splat.sh" "$tap_tmp/none"
done_testing
