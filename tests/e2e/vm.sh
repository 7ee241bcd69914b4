#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# vm.sh ROW JOB: boots the stock kernel of the row's root in QEMU and runs
# tests/e2e/jobs/JOB in it. Leaves build/e2e/ROW/JOB.console, what the kernel
# said, and JOB.result, what the job said on a port of its own.
#
# The exit status only says whether the machine ran and went off in time;
# run-job.sh tells whether that is a success.
#
# Environment: QEMU (the program), VM_TIMEOUT (seconds), E2E_ACCEL (kvm or tcg;
# default: kvm if a probe shows that it works).

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

[ "$#" -eq 2 ] || { echo "usage: ${0##*/} ROW JOB" >&2; exit 2; }
load_row "$1"
job=$2
timeout=${VM_TIMEOUT:-600}

# shellcheck source-path=SCRIPTDIR source=arch-amd64.conf
. "$e2e/arch-$row_arch.conf"
qemu=${QEMU:-$arch_qemu}

# boot ACCEL SECONDS JOB PREFIX: in the background, so that signals to this
# script are heeded while the guest runs.
boot() {
	local cpu_var=arch_cpu_$1
	timeout -k 5 "$2" "$qemu" -no-user-config -nodefaults -no-reboot \
		-display none -accel "$1" -M "$arch_machine" \
		-cpu "${!cpu_var}" -smp 2 -m 1024 \
		-kernel "$root/boot/vmlinuz-$release" -initrd "$tmp/initramfs" \
		-append "$arch_console panic=-1 oops=panic panic_on_warn=1 e2e.job=$3" \
		-fsdev "local,id=root,path=$root,security_model=none,readonly=on,multidevs=remap" \
		-device virtio-9p-pci,fsdev=root,mount_tag=root \
		-serial "file:$4.console" -device virtio-serial-pci \
		-chardev "file,id=result,path=$4.result" \
		-device virtserialport,chardev=result,name=result \
		</dev/null &
	vm=$!
	local status=0
	wait "$vm" || status=$?
	vm=
	return "$status"
}

# /dev/kvm may open and then run no guest: only a boot to the end counts. The
# answer holds until this machine is restarted.
choose_accel() {
	local answer
	answer=$work/accel-$(cat /proc/sys/kernel/random/boot_id)
	accel=${E2E_ACCEL-}
	[ -z "$accel" ] || return 0
	if [ ! -s "$answer" ]; then
		probe >"$answer.$$"
		mv -f "$answer.$$" "$answer"
	fi
	accel=$(cat "$answer")
}

probe() {
	if [ "$row_arch" = "$(dpkg --print-architecture)" ] && [ -w /dev/kvm ] &&
		boot kvm 10 pass "$tmp/probe" >/dev/null 2>&1 &&
		grep -q '^# e2e: end' "$tmp/probe.result"; then
		echo kvm
	else
		echo tcg
	fi
}

mkdir -p "$row_work"
prefix=$row_work/$job
rm -f -- "$prefix.console" "$prefix.result"
command -v "$qemu" >/dev/null || die "there is no $qemu"
release=$(kernel_release)
tmp=$(mktemp -d)
vm=
trap 'rm -rf -- "$tmp"; [ -z "$vm" ] || kill "$vm" 2>/dev/null || :' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
"$e2e/initramfs.sh" "$root" "$release" "$tmp/initramfs"
choose_accel
status=0
boot "$accel" "$timeout" "$job" "$prefix" || status=$?
case $status in
0) ;;
124 | 137) die "the guest did not end within $timeout s" ;;
*) die "QEMU failed with status $status" ;;
esac
