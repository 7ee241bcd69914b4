# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the tests of kbtf.ko share: source it, from the directory that it is in.

# shellcheck source-path=SCRIPTDIR source=../kheaders/kheaders_lib.sh
. ../kheaders/kheaders_lib.sh

# kbtf_refused REASON LINE MODULE: not loaded, for a reason that insmod gives (an
# extended expression), and with one line of its own in the log.
kbtf_refused() {
	log_mark
	if insmod "$3" 2>"$dir/stderr"; then
		echo 'it was loaded'
		rmmod kbtf
		return 1
	fi
	cat "$dir/stderr"
	log_since | grep 'kbtf: ' | grep -v 'taints kernel\|tainting kernel' \
		>"$dir/log"
	cat "$dir/log"
	log_clean || return 1
	grep -qE "$1" "$dir/stderr" && [ "$(wc -l <"$dir/log")" -eq 1 ] &&
		grep -q "kbtf: $2" "$dir/log"
}

kheaders_need_root
[ -n "${KBTF_MODULE-}" ] || ktap_skip_all 'KBTF_MODULE does not say where kbtf.ko is'
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
