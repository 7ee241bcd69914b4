# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=sh disable=SC2034 # variables for those who source this
#
# For jobs that need the module: source it.

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
	rm -rf "$modules/build" "$modules/source" /usr/src/linux-headers-*
}

# bail TEXT: for what makes all further cases pointless
bail() {
	echo "Bail out! $*"
	exit 1
}
