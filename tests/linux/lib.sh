# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2034 # variables for those who source this
#
# What the scripts that deal with Linux sources share. Source it.

linux_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$linux_dir/../lib/common.sh"

source_names() {
	awk '!/^#/ && NF { print $1 }' "$linux_dir/sources.tsv"
}

# cross_compile ARCH: prints what the names of the compiler and its like begin with,
# nothing if this machine is of that architecture.
cross_compile() {
	case $1-$(uname -m) in
	x86_64-x86_64 | arm64-aarch64) ;;
	x86_64-*) echo x86_64-linux-gnu- ;;
	arm64-*) echo aarch64-linux-gnu- ;;
	*) die "no compiler is known for $1" ;;
	esac
}

# load_source NAME: sets source_*, and where things are:
#
#   $linux_src	the sources as Debian has them
#   $linux_tree	the same with kheaders put in
#   $linux_work	the folder of both, and for what is built from them
load_source() {
	local line
	line=$(awk -v name="$1" '!/^#/ && $1 == name' "$linux_dir/sources.tsv")
	[ -n "$line" ] || die "no source '$1' in sources.tsv: have" \
		"$(source_names | paste -sd ' ')"
	read -r source_name source_release source_backports source_package \
		<<<"$line"
	linux_work=$top/build/linux/$source_name
	linux_src=$linux_work/src
	linux_tree=$linux_work/tree
}
