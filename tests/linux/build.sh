#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh [--plain] NAME/FOLDER ARCH FRAGMENTS TARGET...: builds TARGETs of the
# Linux source NAME of sources.tsv, with kheaders in it, in build/linux/NAME/FOLDER.
# ARCH is the kernel's name of it. The configuration is what allnoconfig makes of
# the FRAGMENTS, a list of names with commas between: tests/linux/configs/*.config.
# What make said is in the folder, too, as make.log. With --plain the sources are
# as they were, without kheaders.
#
# It fails if an option of the fragments did not come through, and if anything
# warned that is not known to warn without kheaders, too.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

src=tree
[ "${1-}" != --plain ] || { src=src; shift; }
if [ "$#" -lt 4 ] || [[ $1 != ?*/?* ]]; then
	echo "usage: ${0##*/} [--plain] NAME/FOLDER ARCH FRAGMENTS TARGET..." >&2
	exit 2
fi
load_source "${1%%/*}"
src=$linux_work/$src obj=$linux_work/${1#*/}
arch=$2 fragments=$3
shift 3
log=$obj/make.log

cross=$(cross_compile "$arch")

# What Debian's sources say by themselves, with Debian's compilers.
harmless='warning: .* has a LOAD segment with RWX permissions'
harmless+='|missing \.note\.GNU-stack section implies executable stack'
harmless+='|NOTE: This behaviour is deprecated'
harmless+="|include/linux/mmzone\.h.*'nid' set but not used"
harmless+='|arch/arm64/kernel/vdso/.*no previous prototype'

# What builds.t wants to hear, and what is configured again then.
harmless+='|^gen_btf: warning: making no BTF: there is no /none$|\(OBJTOOL_WERROR\)'

run_make() {
	env LANG=C timeout -k 10 "${BUILD_TIMEOUT:-3000}" make -C "$src" \
		O="$obj" ARCH="$arch" CROSS_COMPILE="$cross" -j"$(nproc)" "$@"
}

wanted_options() {
	local fragment
	for fragment in ${fragments//,/ }; do
		cat "$linux_dir/configs/$fragment.config"
	done | grep -E '^CONFIG_|^# CONFIG_[A-Z0-9_]* is not set$'
}

# Made anew only if the fragments or our own options changed, so that make has
# nothing to do otherwise.
configure() {
	wanted_options >"$obj/wanted"
	cat "$obj/wanted" >"$obj/configured.new"
	[ "$src" = "$linux_src" ] ||
		cat "$src"/{kernel/kheaders,kernel/kbtf,lib/kunit-tests}/Kconfig \
			>>"$obj/configured.new"
	cmp -s "$obj/configured.new" "$obj/configured" || {
		run_make KCONFIG_ALLCONFIG="$obj/wanted" allnoconfig
		mv "$obj/configured.new" "$obj/configured"
	}
}

check_options() {
	local option missing=
	while read -r option; do
		grep -qxF -- "$option" "$obj/.config" || missing+=" $option"
	done <"$obj/wanted"
	[ -z "$missing" ] || {
		rm "$obj/configured"
		die "the configuration does not have$missing"
	}
}

mkdir -p "$obj"
lock "$obj/lock"
configure >"$obj/configure.log" 2>&1 || {
	tail -n 20 "$obj/configure.log" >&2
	die "it could not be configured"
}
check_options
status=0
run_make "$@" >"$log" 2>&1 || status=$?
judge_make "$status" "$log" "$harmless"
