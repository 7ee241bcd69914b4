# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # variables for those who source this
#
# What the end-to-end scripts share: where things are, the table of kernels,
# and how to run a command inside a row's root. Source it.

e2e=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$e2e/../lib/common.sh"
roots=$top/build/roots		# one Debian root per row, kept
work=$top/build/e2e		# what a run leaves behind, one folder per row
src=/src			# the project's copy, as seen inside a root

# Making a root means chown and chroot. Nothing here needs more than that.
become_root() {
	[ "$(id -u)" -ne 0 ] || return 0
	command -v sudo >/dev/null || die "run this as root, or install sudo"
	say "not root: going on with sudo"
	exec sudo -- "$0" "$@"
}

# rows TABLE: the lines of kernels.tsv or builds.tsv that are rows.
rows() {
	awk '!/^#/ && NF' "$e2e/$1"
}

# row_names [ERE]: those of kernels.tsv whose level matches, by default of those
# that "make test" tries, in the table's order.
row_names() {
	rows kernels.tsv | awk -v level="${1-^test$}" '$5 ~ level { print $1 }'
}

# build_names ERE: those of builds.tsv whose level matches.
build_names() {
	rows builds.tsv | awk -v level="$1" '$5 ~ level { print $1 }'
}

# load_row NAME: sets row_*, root and row_work for a row of either table. A
# kernel of our own (row_source is not empty) has the user space of another row.
load_row() {
	local line
	row_source='' row_timeout=900
	line=$(rows builds.tsv | awk -v name="$1" '$1 == name')
	if [ -z "$line" ]; then
		load_stock_row "$1"
		return
	fi
	load_stock_row "$(awk '{ print $3 }' <<<"$line")"
	read -r row row_source row_root row_fragments _ row_timeout row_rounds \
		row_skips <<<"$line"
	[ "$row_skips" != - ] || row_skips=
	row_work=$work/$row
	linux_tree=$top/build/linux/$row_source/tree
	linux_obj=$top/build/linux/$row_source/$row
}

load_stock_row() {
	local line
	line=$(rows kernels.tsv | awk -v name="$1" '$1 == name')
	[ -n "$line" ] || die "no row '$1' in kernels.tsv or builds.tsv: have" \
		"$({ row_names .; build_names .; } | paste -sd ' ')"
	read -r row row_arch row_release row_backports _ row_extra row_skips \
		<<<"$line"
	[ "$row_extra" != - ] || row_extra=
	[ "$row_skips" != - ] || row_skips=
	root=$roots/$row
	row_work=$work/$row
}

# Is the row of another architecture than this machine? Nothing in its root runs
# here then, and in_root is of no use.
is_foreign() {
	[ "$row_arch" != "$(dpkg --print-architecture)" ]
}

# The kernel release that the header package in the row's root is for.
kernel_release() {
	local dirs=("$root"/usr/src/linux-headers-*-"$row_arch")
	if [ "${#dirs[@]}" -ne 1 ] || [ ! -d "${dirs[0]}" ]; then
		die "$root: expected the headers of exactly one kernel"
	fi
	printf '%s\n' "${dirs[0]##*/linux-headers-}"
}

# Prints the path of the helper that makes /dev/null work in a root without
# device nodes; builds it if need be.
devnull() {
	local bin=$work/devnull
	if [ ! -x "$bin" ] || [ "$e2e/devnull.c" -nt "$bin" ]; then
		mkdir -p "$work"
		"${CC:-cc}" -O2 -Wall -o "$bin.$$" "$e2e/devnull.c" ||
			die "cannot build devnull"
		mv -f "$bin.$$" "$bin"
	fi
	printf '%s\n' "$bin"
}

# in_root CMD...: runs CMD inside the row's root with a clean environment.
in_root() {
	local helper
	helper=$(devnull)
	"$helper" chroot "$root" /usr/bin/env -i HOME=/root LC_ALL=C.UTF-8 \
		PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		"$@"
}
