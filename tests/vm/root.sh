#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# root.sh ROW: makes the Debian root of a row with a stock kernel at
# build/roots/ROW: that kernel, its header package, a compiler. A root that is
# there and whole is used again. Needs root, but no capability that a plain
# container lacks: no mount, no device nodes.
#
# Packages of another architecture than this machine's are unpacked, but nothing
# of them runs here: what their installation would do beyond that is done by hand
# as far as the tests need it.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=rows.sh
. "$(dirname "$0")/rows.sh"

# What every root has besides Debian's essential packages.
base=(gcc libc6-dev make xz-utils kmod mount busybox-static)

[ "$#" -eq 1 ] || { echo "usage: ${0##*/} ROW" >&2; exit 2; }
load_row "$1"

# One argument of --include per package.
packages() {
	local suite=''
	[ "$row_backports" != yes ] || suite=/$row_release-backports
	printf '%s\n' "linux-headers-$row_flavour$suite" \
		"linux-image-$row_flavour$suite" "${base[@]}"
	! is_foreign || echo '?essential'
	[ -z "$row_packages" ] || printf '%s\n' "${row_packages// /$'\n'}"
}

# The recipe's digest: a root made by another recipe is not reused.
recipe() {
	{
		packages
		echo "$row_release"
		declare -f bootstrap finish_foreign
	} | sha256sum
}

# Everything that nothing should have touched since the root was made. Counting
# is cheap, and notices a clean-up that went through this directory.
count_files() {
	find "$1" -xdev \( -path "$1/src" -o -path "$1/tmp" -o \
		-path "$1/.stamp" \) -prune -o -print | wc -l
}

stamp() {
	recipe
	count_files "$1"
}

is_whole() {
	[ -f "$root/.stamp" ] && [ "$(stamp "$root")" = "$(cat "$root/.stamp")" ]
}

# How this machine reaches its mirrors: proxies, certificates, date checks.
apt_options() {
	apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries|ForceIPv)' ||
		true
	echo 'APT::Install-Recommends "false";'
	echo 'Acquire::Languages "none";'
}

# Documentation is of no use here, nor is an initramfs: vm.sh makes its own.
bootstrap() {
	local includes=() pkg variant=essential
	! is_foreign || variant=extract
	while read -r pkg; do
		includes+=("--include=$pkg")
	done < <(packages)
	timeout -k 10 "${ROOT_TIMEOUT:-1800}" "$(devnull)" mmdebstrap \
		--mode=root --variant="$variant" --architectures="$row_arch" \
		--aptopt="$tmp/apt.conf" "${includes[@]}" \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/info/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		--dpkgopt='path-exclude=/etc/kernel/postinst.d/initramfs-tools' \
		"$row_release" "$new" "$tmp/sources.list" >"$log" 2>&1
}

# What maintainer scripts would have done.
finish_foreign() {
	local release file
	for file in passwd group; do
		cp "$new/usr/share/base-passwd/$file.master" "$new/etc/$file"
	done
	ln -s gcc "$new/usr/bin/cc"
	ln -s mawk "$new/usr/bin/awk"
	for release in "$new"/lib/modules/*; do
		depmod -b "$new" "${release##*/}"
	done
}

make_root() {
	apt_options >"$tmp/apt.conf"
	"$top/tests/lib/apt-sources.sh" "$row_release" "$row_backports" \
		>"$tmp/sources.list"
	# Of other architectures mirrors have no security updates, or parts of them.
	! is_foreign || sed -i '/-security /d' "$tmp/sources.list"
	rm -rf -- "$root" "$new"
	bootstrap || {
		tail -n 20 "$log" >&2
		die "mmdebstrap failed; all it said is in $log"
	}
	! is_foreign || finish_foreign
	# Opening it leads out of the root, thanks to devnull; but there must be
	# something, and nothing that tools that clean up would remove.
	find "$new/dev" -mindepth 1 -delete
	mkfifo -m 0666 "$new/dev/null"
	mkdir -p "$new/src"
	stamp "$new" >"$tmp/stamp"
	cp "$tmp/stamp" "$new/.stamp"
	mv -T "$new" "$root"
}

lock "$root.lock"
! is_whole || exit 0
say "making a Debian $row_release root with gcc, Linux and its headers" \
	"(a minute or two, once)"
new=$root.new log=$root.log
tmp=$(mktemp -d)
trap 'rm -rf -- "$tmp" "$new"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
SECONDS=0
make_root
say "root $row made in $SECONDS s"
