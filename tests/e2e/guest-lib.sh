# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034 # variables for those who source this
#
# For jobs that need kheaders: source it.

release=$(uname -r)
modules=/lib/modules/$release
module=$modules/extra/kheaders.ko
archive=/src/kernel/kheaders/kheaders_data.tar.xz

# Where a distribution or dkms would put it, and where modprobe finds it. The
# headers on disk go: nothing but the module may provide any from here on.
install_module() {
	mkdir -p "$modules/extra" &&
	cp /src/kheaders.ko "$module" &&
	cp "/src/depmod$modules"/modules.* "$modules/" &&
	rm -rf "$modules/build" "$modules/source" /usr/src/linux-* \
		/usr/lib/linux-kbuild-*
}

# mount_9p TAG FOLDER
mount_9p() {
	mkdir -p "$2" &&
	busybox mount -t 9p "$1" "$2" \
		-o ro,trans=virtio,version=9p2000.L,msize=262144,cache=loose
}

# The tree that a kernel of our own was built from, with a tmpfs on top.
mount_linux() {
	mount_9p linux /run/linux/lower &&
	mkdir -p /run/linux/upper /run/linux/work /linux &&
	busybox mount -t overlay overlay /linux -o \
		lowerdir=/run/linux/lower,upperdir=/run/linux/upper,workdir=/run/linux/work
}

# What else there is of that build; tells the selftests about it.
install_own_modules() {
	mount_9p own /own || return 1
	export KHEADERS_ARCHIVE KHEADERS_PROC KHEADERS_MODULE
	KHEADERS_ARCHIVE=/own/kheaders_data.tar.xz
	KHEADERS_PROC=y
	KHEADERS_MODULE=
	# shellcheck source=/dev/null
	. /own/settings
	[ -d /own/lib ] || return 0
	mkdir -p "$modules" &&
	cp -r "/own$modules/." "$modules" &&
	KHEADERS_MODULE=$(modinfo -n kheaders)
}

# check NAME CMD...: a result, and what the command says behind $remark
number=0
remark='# '
check() {
	number=$((number + 1))
	name=$1
	shift
	if "$@" >/tmp/check 2>&1; then
		echo "ok $number $name"
	else
		echo "not ok $number $name"
	fi
	sed "s/^/$remark/" /tmp/check
}

# subtest NAME PROGRAM...: a program that says TAP, in $limit seconds at most; sets
# $failed to 1 if it fails
failed=0
subtest() {
	number=$((number + 1))
	name=$1
	shift
	echo "  # Subtest: $name"
	{
		timeout -k 5 "${limit:-300}" "$@" 2>&1
		echo $? >/tmp/status
	} | sed 's/^/  /'
	case $(cat /tmp/status) in
	0) echo "ok $number $name" ;;
	4) echo "ok $number $name # SKIP" ;;
	*)
		echo "not ok $number $name # status $(cat /tmp/status)"
		failed=1
		;;
	esac
}

# bail TEXT: for what makes all further cases pointless
bail() {
	echo "Bail out! $*"
	exit 1
}
