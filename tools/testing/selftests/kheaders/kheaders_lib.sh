# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh
#
# What the shell tests share: results in KTAP, and the module. Source it.
#
# A harness says what the tests cannot know by themselves:
#
# KHEADERS_MODULE	path of kheaders.ko		(default: as modprobe finds it)
# KHEADERS_ARCHIVE	path of the archive it was built with
# KHEADERS_PROC		y or n: was it built with IKHEADERS_PROC?

KHEADERS_FILE=/sys/kernel/kheaders.tar.xz
: "${KHEADERS_MODULE:=$(modinfo -n kheaders 2>/dev/null)}"

ktap_planned=0
ktap_run=0
ktap_failed=0
ktap_skipped=0

ktap_plan() {
	ktap_planned=$1
	printf 'TAP version 13\n1..%s\n' "$1"
}

# Explanation of the next result: the arguments, or standard input if none.
ktap_msg() {
	if [ $# -gt 0 ]; then
		printf '# %s\n' "$*"
	else
		sed 's/^/# /'
	fi
}

# ktap_result STATUS NAME: STATUS is an exit status.
ktap_result() {
	ktap_run=$((ktap_run + 1))
	if [ "$1" -eq 0 ]; then
		printf 'ok %s %s\n' "$ktap_run" "$2"
	else
		ktap_failed=$((ktap_failed + 1))
		printf 'not ok %s %s\n' "$ktap_run" "$2"
	fi
}

# ktap_test NAME COMMAND...: what the command prints explains the result.
ktap_test() {
	ktap_name=$1
	shift
	ktap_output=$("$@" 2>&1)
	ktap_rc=$?
	[ -z "$ktap_output" ] || printf '%s\n' "$ktap_output" | ktap_msg
	ktap_result "$ktap_rc" "$ktap_name"
}

ktap_skip() {
	ktap_run=$((ktap_run + 1))
	ktap_skipped=$((ktap_skipped + 1))
	printf 'ok %s %s # SKIP %s\n' "$ktap_run" "$1" "$2"
}

ktap_skip_all() {
	printf 'TAP version 13\n1..0 # SKIP %s\n' "$*"
	exit 4
}

ktap_bail_out() {
	printf 'Bail out! %s\n' "$*"
	exit 1
}

# Ends the script: a test that stopped early did not pass.
ktap_exit() {
	if [ "$ktap_run" -ne "$ktap_planned" ]; then
		ktap_msg "planned $ktap_planned tests, ran $ktap_run"
		exit 1
	fi
	[ "$ktap_failed" -eq 0 ] || exit 1
	[ "$ktap_skipped" -lt "$ktap_run" ] || exit 4
	exit 0
}

kheaders_is_module() {
	[ -e /sys/module/kheaders/initstate ] || [ ! -e "$KHEADERS_FILE" ]
}

kheaders_need_root() {
	[ "$(id -u)" -eq 0 ] || ktap_skip_all 'must be run as root'
}

# Makes the file appear. Told of a module, its absence is no reason to skip.
kheaders_load() {
	[ ! -e "$KHEADERS_FILE" ] || return 0
	kheaders_need_root
	if [ -z "$KHEADERS_MODULE" ]; then
		ktap_skip_all 'this kernel has no kheaders'
	fi
	insmod "$KHEADERS_MODULE" || ktap_bail_out "cannot load $KHEADERS_MODULE"
	[ -e "$KHEADERS_FILE" ] || ktap_bail_out "loaded, but no $KHEADERS_FILE"
}

# For tests that load and unload.
kheaders_need_module() {
	kheaders_need_root
	kheaders_is_module || ktap_skip_all 'kheaders is built in'
	kheaders_load
	[ -n "$KHEADERS_MODULE" ] || ktap_bail_out 'where is kheaders.ko?'
}

# log_mark: from here on. log_since: the kernel's messages since then.
log_mark() {
	log_label="kheaders selftest $$ $(date +%s%N)"
	printf '%s\n' "$log_label" >/dev/kmsg
}

log_since() {
	dmesg | sed "1,/$log_label/d"
}

# Prints and fails on what a kernel says only when something is wrong.
log_clean() {
	if [ -z "${log_label:-}" ]; then
		echo 'since when? log_mark was not called here'
		return 1
	fi
	! log_since | grep -e 'Call [Tt]race' -e 'cut here' -e 'BUG:' \
		-e 'WARNING:' -e 'Oops' -e 'Bad page' \
		-e 'duplicate filename' -e 'blocked for more than'
}
