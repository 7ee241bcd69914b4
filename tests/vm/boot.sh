#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# boot.sh ROW JOB...: boots the row's kernel in QEMU with the row's root, and runs
# tests/vm/guest/jobs/JOB there, one after the other. The kernel is the root's stock
# kernel, or one of our own that build-kernel.sh has made. Leaves in build/rows/ROW/,
# called after the first job: JOB.console, what the kernel said, and JOB.result, what
# the jobs said on a port of their own.
#
# The exit status only says whether the machine ran and went off in time;
# run-jobs.sh tells whether that is a success.
#
# Environment: QEMU (the program), VM_TIMEOUT (seconds), VM_ACCEL (kvm or tcg;
# default: kvm if a probe shows that it works), VM_RAM (a file to be the
# machine's memory, and to hold what was in it at the end), VM_WORK (a directory in
# place of build/rows/ROW).

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=rows.sh
. "$(dirname "$0")/rows.sh"

[ "$#" -ge 2 ] || { echo "usage: ${0##*/} ROW JOB..." >&2; exit 2; }
load_row "$1"
shift
jobs=$*
timeout=${VM_TIMEOUT:-$row_timeout}
qemu=${QEMU:-$arch_qemu}

# share NAME DIRECTORY: for guest/share, which mounts it
share() {
	local size
	if [ -n "$row_images" ]; then
		size=$(du -sk "$2" | cut -f 1)
		truncate -s "$((size + size / 4 + 16384))k" "$tmp/$1"
		mke2fs -q -t ext4 -d "$2" "$tmp/$1"
		add_disk "$1" "$tmp/$1" ,readonly=on
		return
	fi
	shares+=(-fsdev "local,id=$1,path=$2,security_model=none,readonly=on,multidevs=remap"
		-device "virtio-9p-$arch_bus,fsdev=$1,mount_tag=$1")
}

# What is booted, and the modules that it takes to get to the root. KUnit is on
# by default in some kernels only.
choose_kernel() {
	local release files
	mkdir -p "$row_guest"
	share root "$root"
	share own "$row_guest"
	if [ -z "$row_source" ]; then
		release=$(kernel_release)
		files=("$root"/boot/vmlinu[xz]-"$release")
		kernel=${files[0]}
		modules=$root/lib/modules/$release
		[ -f "$modules/modules.dep" ] || die "$root: no modules for $release"
	else
		kernel=$row_obj/$arch_image
		modules=
		parameters="kunit.enable=1 kunit.autorun=1"
		share linux "$row_tree"
	fi
	[ -f "$kernel" ] || die "there is no $kernel"
}

# boot ACCEL SECONDS JOBS PREFIX: in the background, so that signals to this
# script are heeded while the guest runs.
boot() {
	local cpu_var=arch_cpu_$1
	timeout -k 5 "$2" "$qemu" -no-user-config -nodefaults -no-reboot \
		-display none -accel "$1" -M "$arch_machine" \
		-cpu "${!cpu_var}" -smp 2 -m 1024 "${ram[@]}" \
		-kernel "$kernel" -initrd "$tmp/initramfs" \
		-append "$arch_console panic=-1 oops=panic panic_on_warn=1 $parameters ${row_init:+vm.init=$row_init} vm.jobs=${3// /,}" \
		"${shares[@]}" \
		-serial "file:$4.console" -device "virtio-serial-$arch_bus" \
		-chardev "file,id=result,path=$4.result" \
		-device virtserialport,chardev=result,name=result \
		</dev/null &
	vm_pid=$!
	local status=0
	wait "$vm_pid" || status=$?
	vm_pid=
	return "$status"
}

# /dev/kvm may open and then run no guest: only a boot to the end counts. The
# answer holds until this machine is restarted.
choose_accel() {
	local answer
	answer=$roots/accel-$(cat /proc/sys/kernel/random/boot_id)
	accel=${VM_ACCEL-}
	[ -z "$accel" ] || return 0
	if is_foreign; then
		accel=tcg
		return
	fi
	if [ ! -s "$answer" ]; then
		probe >"$answer.$$"
		mv -f "$answer.$$" "$answer"
	fi
	accel=$(cat "$answer")
}

probe() {
	if [ -w /dev/kvm ] && boot kvm 10 pass "$tmp/probe" >/dev/null 2>&1 &&
		grep -q '^# vm: end' "$tmp/probe.result"; then
		echo kvm
	else
		echo tcg
	fi
}

# add_disk NAME FILE [OPTIONS]
add_disk() {
	shares+=(-drive "file=$2,format=raw,if=none,id=$1${3-}"
		-device "virtio-blk-$arch_bus,drive=$1,serial=$1")
}

# What the guest changes is kept on a disk from boot to boot, or forgotten.
keep_changes() {
	[ -e "$row_work/disk" ] || {
		truncate -s 8G "$row_work/disk"
		mke2fs -q -t ext4 "$row_work/disk"
	}
	add_disk disk "$row_work/disk"
	parameters+=' vm.disk'
}

prefix=$row_work/${jobs%% *}
mkdir -p "$row_work"
rm -f -- "$prefix.console" "$prefix.result"
command -v "$qemu" >/dev/null || die "there is no $qemu"
shares=() ram=() parameters='' disks=$row_disk$row_images
tmp=$(mktemp -d)
vm_pid=
trap 'rm -rf -- "$tmp"; [ -z "$vm_pid" ] || kill "$vm_pid" 2>/dev/null || :' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
choose_kernel
[ -z "$row_disk" ] || keep_changes
[ -z "${VM_RAM-}" ] || ram=(-machine memory-backend=ram -object
	"memory-backend-file,id=ram,size=1024M,mem-path=$VM_RAM,share=on")
"$vm/initramfs.sh" "$root" "$modules" "$tmp/initramfs" \
	${disks:+virtio_blk crc32c_generic ext4}
choose_accel
status=0
boot "$accel" "$timeout" "$jobs" "$prefix" || status=$?
case $status in
0) ;;
124 | 137) die "the guest did not end within $timeout s" ;;
*) die "QEMU failed with status $status" ;;
esac
