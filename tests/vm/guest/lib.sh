# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# For jobs that need what the row has built: source it. It is mounted at /own, and
# /own/settings has
#
# KHEADERS_PROC		whether there is a file in /proc, too: y or n
# rounds		how often the module is to be loaded and unloaded
# seconds		how long it is to be under load
# leave_out		the selftest that is left to another row, if any

release=$(uname -r)
modules=/lib/modules/$release

# The tree that a kernel of our own was built from, with a tmpfs on top.
mount_linux() {
	[ ! -d /linux ] || return 0
	mkdir -p /run/linux/lower /run/linux/upper /run/linux/work /linux &&
	/vm/share linux /run/linux/lower &&
	busybox mount -t overlay overlay /linux -o \
		lowerdir=/run/linux/lower,upperdir=/run/linux/upper,workdir=/run/linux/work
}

# The modules that were built, where modprobe finds them. The headers on disk are
# covered: from here on nothing but the archive provides any. Deleting them would
# take minutes over 9p.
install_modules() {
	KHEADERS_MODULE=
	[ -d /own/lib ] || return 0
	if [ ! -e /run/installed ]; then
		for dir in /usr/src /usr/lib/linux-kbuild-*; do
			[ ! -d "$dir" ] || busybox mount -t tmpfs tmpfs "$dir"
		done
		rm -f "$modules/build" "$modules/source"
		mkdir -p "$modules" && cp -r "/own$modules/." "$modules" || return 1
		: >/run/installed
	fi
	KHEADERS_MODULE=$(modinfo -n kheaders)
}

# For those who run depmod, which reads all modules: that takes minutes over 9p.
leave_few_modules() {
	for dir in drivers fs net sound; do
		busybox mount -t tmpfs tmpfs "$modules/kernel/$dir" || return 1
	done
}

# check NAME CMD...: a result, and what the command says after $remark
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

rounds='' seconds='' leave_out=''
export KHEADERS_MODULE KHEADERS_PROC KHEADERS_ARCHIVE=/own/kheaders_data.tar.xz
mkdir -p /own
[ -e /own/settings ] || /vm/share own /own || bail 'cannot mount what was built'
# shellcheck source=/dev/null
. /own/settings
install_modules || bail 'cannot install the modules'
