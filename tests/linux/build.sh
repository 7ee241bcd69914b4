#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# build.sh SOURCES OBJECTS ARCH OPTIONS [ARG...]: builds the Linux in the first
# directory to the second one, with make's further arguments. ARCH is the kernel's
# name of it. The configuration is what allnoconfig makes of the OPTIONS, a list with
# blanks between: CONFIG_...=... or the name of a file, tests/linux/configs/NAME.config.
# What make said is in the second directory, too, as make.log.
#
# It fails if an option did not come through, and if anything warned that is not
# known to warn without kheaders, too.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "$(dirname "$0")/lib.sh"

if [ "$#" -lt 4 ]; then
	echo "usage: ${0##*/} SOURCES OBJECTS ARCH OPTIONS [ARG...]" >&2
	exit 2
fi
src=$1 obj=$2 arch=$3 options=$4
shift 4
log=$obj/make.log

cross=$(cross_compile "$arch")

# What Debian's sources say by themselves, with Debian's compilers.
harmless='warning: .* has a LOAD segment with RWX permissions'
harmless+='|missing \.note\.GNU-stack section implies executable stack'
harmless+='|NOTE: This behaviour is deprecated'
harmless+="|include/linux/mmzone\.h.*'nid' set but not used"
harmless+='|arch/arm64/kernel/vdso/.*no previous prototype'

# What is configured again where tests take pahole away.
harmless+='|\(OBJTOOL_WERROR\)'

# The caller's arguments come last, so that -j1 counts.
run_make() {
	env LANG=C timeout -k 10 3000 make -C "$src" O="$obj" ARCH="$arch" \
		CROSS_COMPILE="$cross" -j"$(nproc)" "$@"
}

wanted_options() {
	local option
	for option in $options; do
		case $option in
		CONFIG_*) echo "$option" ;;
		*) cat "$linux_dir/configs/$option.config" ;;
		esac
	done | grep -E '^CONFIG_|^# CONFIG_[A-Z0-9_]* is not set$'
}

# The make variables among the arguments, such as LLVM=1, decide on options, too.
variables=()
for argument in "$@"; do
	[[ $argument != *=* ]] || variables+=("$argument")
done

# Made anew only if the options wanted or those that kheaders has changed, so that make has
# nothing to do otherwise.
configure() {
	wanted_options >"$obj/wanted"
	cat "$obj/wanted" "$src"/{kernel/kheaders,kernel/kbtf,lib/kunit-tests}/Kconfig \
		>"$obj/configured.new" 2>/dev/null || : # no kheaders in it
	cmp -s "$obj/configured.new" "$obj/configured" ||
		run_make KCONFIG_ALLCONFIG="$obj/wanted" "${variables[@]}" allnoconfig &&
		mv "$obj/configured.new" "$obj/configured"
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
lock "$obj.lock"
configure >"$obj/configure.log" 2>&1 || {
	tail -n 20 "$obj/configure.log" >&2
	die "it could not be configured"
}
check_options
status=0
run_make "$@" >"$log" 2>&1 || status=$?
judge_make "$status" "$log" "$harmless"
