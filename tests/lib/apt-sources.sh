#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# apt-sources.sh RELEASE [yes]: prints a sources list for a Debian release (and
# its backports), from the mirrors that this machine's own apt is set up with.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=common.sh
. "$(dirname "$0")/common.sh"

[ "$#" -ge 1 ] || { echo "usage: ${0##*/} RELEASE [yes]" >&2; exit 2; }
release=$1 backports=${2:-no}

# mirror KIND: "URI keyring-option" of the first entry for Debian itself
# (KIND main) or for its security updates. Origin is empty as long as
# apt-get update has not run; then the name of the suite must do.
mirror() {
	# shellcheck disable=SC2016 # apt's variables
	apt-get indextargets --format \
		'$(CREATED_BY)|$(COMPONENT)|$(ORIGIN)|$(RELEASE)|$(REPO_URI)|$(SOURCESENTRY)' |
	awk -F'|' -v kind="$1" -v codename="$codename" '
		$1 != "Packages" || $2 != "main" { next }
		$3 != "" && $3 != "Debian" { next }
		kind == "security" && $4 !~ /-security$/ { next }
		kind == "main" && $4 != codename && $4 !~ /stable$/ { next }
		!found++ { print $5, $6 }'
}

# keyring FILE: as a sources.list option. Entries without one are checked
# against apt's own trusted keys, for which Debian's keyring stands in.
keyring() {
	local key
	key=$(grep -hioE '(^Signed-By:|signed-by=) *[^] ]+' "$1" |
		sed 's/^[^:=]*[:=] *//' | head -n 1)
	case $key in
	/*) ;;
	*) key=/usr/share/keyrings/debian-archive-keyring.gpg ;;
	esac
	printf '[signed-by=%s]\n' "$key"
}

# entry KIND SUITE
entry() {
	local uri from
	read -r uri from < <(mirror "$1") || return 1
	printf 'deb %s %s %s main\n' "$(keyring "${from%:*}")" "$uri" "$2"
}

codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
entry main "$release" ||
	die "this machine's apt has no Debian mirror to take $release from"
[ "$backports" != yes ] || entry main "$release-backports"
entry security "$release-security" ||
	say "no mirror of Debian's security updates: doing without them"
