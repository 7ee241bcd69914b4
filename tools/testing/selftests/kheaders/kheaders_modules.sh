#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# Modules are built with nothing but the archive, fit the kernel, load and work;
# and one with the versions of another kernel's symbols is refused.

# shellcheck disable=SC2317 # the functions are called by ktap_test

cd "$(dirname "$0")" || exit 1
. ./kheaders_lib.sh

unpack() {
	mkdir "$dir/headers" && tar -xf "$KHEADERS_FILE" -C "$dir/headers"
}

# Where the kernel was cross-built, its programs do not run here.
prepare_host() {
	make -C "$dir/headers" prepare-host
}

# In new sources each time. No word of warning is expected, but that there is no
# vmlinux to take BTF from, nor the pahole that would do it; and that a kernel was
# cross-built, by a compiler of another name. If its version differs, the archive
# warns in its own words.
build() {
	rm -rf "$dir/modules"
	cp -r modules "$dir/modules" || return 1
	make -C "$dir/headers" M="$dir/modules" modules >"$dir/log" 2>&1
	rc=$?
	cat "$dir/log"
	[ "$rc" -eq 0 ] &&
		! grep -v -e '^Skipping BTF generation' \
			-e '^warning: pahole version differs' \
			-e '^warning: the compiler differs' "$dir/log" |
			grep -qi -e warning -e skipping
}

# "SYMBOL 0xCRC" lines of those that the importing module has from the kernel
versions() {
	modprobe --dump-modversions "$dir/modules/kheaders_importer.ko" |
		awk '{ print $2, $1 }' | sort >"$dir/versions"
	awk '$3 == "vmlinux" { print $2, $1 }' "$dir/headers/Module.symvers" |
		sort | comm -12 - "$dir/versions"
}

has_versions() {
	versions | grep . && grep kheaders_exporter_pid "$dir/versions"
}

load() {
	insmod "$dir/modules/kheaders_exporter.ko" &&
		insmod "$dir/modules/kheaders_importer.ko" &&
		! log_since | grep -e 'no symbol version' -e 'disagrees about' \
			-e 'version magic'
}

# The shell reads it, in no further process.
work() {
	# shellcheck disable=SC2016 # that shell's variables
	sh -c 'read -r pid </sys/module/kheaders_importer/parameters/pid &&
		echo "process $$ is told it is $pid" && [ "$pid" -eq $$ ]'
}

unload() {
	rmmod kheaders_importer kheaders_exporter && log_clean
}

foreign_is_refused() {
	symbol=$(versions | head -n 1 | cut -d ' ' -f 1)
	awk -v symbol="$symbol" -v OFS='\t' -F '\t' \
		'$2 == symbol { $1 = "0x12345678" } { print }' \
		"$dir/headers/Module.symvers" >"$dir/symvers" &&
		mv "$dir/symvers" "$dir/headers/Module.symvers" &&
		build || return 1
	if insmod "$dir/modules/kheaders_exporter.ko" &&
			insmod "$dir/modules/kheaders_importer.ko"; then
		rmmod kheaders_importer kheaders_exporter
		return 1
	fi
	! lsmod | grep -q '^kheaders_exporter' || rmmod kheaders_exporter
	log_since | grep "disagrees about version of symbol $symbol"
}

# Room for the sources, each of which takes a page, but not for what is made of them.
# Whoever gets there first says so: the compiler, kbuild's fixdep, or the shell.
full_disk_is_refused() {
	mkdir "$dir/full" &&
		mount -t tmpfs -o nr_blocks=16 tmpfs "$dir/full" &&
		cp -r modules/. "$dir/full" || return 1
	make -C "$dir/headers" M="$dir/full" modules >"$dir/log" 2>&1
	rc=$?
	umount "$dir/full"
	cat "$dir/log"
	[ "$rc" -ne 0 ] &&
		grep -qE 'No space left on device|not all data was written|I/O error' "$dir/log"
}

kheaders_need_root
for tool in make cc tar xz; do
	command -v "$tool" >/dev/null || ktap_skip_all "needs $tool"
done
kheaders_load
tar -xOf "$KHEADERS_FILE" ./.kheaders/manifest | grep -qx profile=build ||
	ktap_skip_all 'the archive has headers only'

dir=$(mktemp -d) || exit 1
trap 'umount "$dir/full" 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM

ktap_plan 9
ktap_test 'the archive is unpacked' unpack
# Nothing needs it any more.
! kheaders_is_module || rmmod kheaders || ktap_bail_out 'kheaders does not go'
ktap_test 'programs for this machine are there, or are made' prepare_host
ktap_test 'modules build' build
if grep -qx CONFIG_MODVERSIONS=y "$dir/headers/include/config/auto.conf"; then
	ktap_test 'they have versions of the symbols that they use' has_versions
else
	ktap_skip 'they have versions of the symbols that they use' \
		'no CONFIG_MODVERSIONS'
fi
log_mark
ktap_test 'they load' load
ktap_test 'they work' work
ktap_test 'they go' unload
ktap_test 'on a full disk the build ends, and says why' full_disk_is_refused
if grep -qx CONFIG_MODVERSIONS=y "$dir/headers/include/config/auto.conf"; then
	log_mark
	ktap_test "with another kernel's versions they do not load" \
		foreign_is_refused
else
	ktap_skip "with another kernel's versions they do not load" \
		'no CONFIG_MODVERSIONS'
fi
kheaders_load
ktap_exit
