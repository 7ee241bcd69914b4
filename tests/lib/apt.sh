# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Packages of a Debian release that is not the machine's own. Source it after
# common.sh.

# own_apt DIR RELEASE BACKPORTS: from here on, apt reads that release from the
# machine's mirrors, has what it needs in the directory, and leaves the machine's
# lists alone.
own_apt() {
	mkdir -p "$1"/{lists,archives}/partial
	"$top/tests/lib/apt-sources.sh" "$2" "$3" >"$1/sources.list"
	cat >"$1/apt.conf" <<-CONF
		Dir::Etc::SourceList "$1/sources.list";
		Dir::Etc::SourceParts "/dev/null";
		Dir::State::Lists "$1/lists";
		Dir::Cache::Archives "$1/archives";
		Dir::Cache::pkgcache "";
		Dir::Cache::srcpkgcache "";
		Acquire::Languages "none";
		APT::Sandbox::User "";
	CONF
	export APT_CONFIG=$1/apt.conf
	apt-get -qq update
}
