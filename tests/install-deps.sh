#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# install-deps.sh GROUP...: installs from Debian's packages what those groups of
# deps.tsv list, says what and why, and does nothing if all is there.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=lib/common.sh
. "$(dirname "$0")/lib/common.sh"
table=$top/tests/deps.tsv

# Lines of the table that are of the groups, and whose package is missing.
missing() {
	local group package why
	while IFS=$'\t' read -r group package why; do
		[[ " $* " = *" $group "* ]] || continue
		[ "$(dpkg-query -W -f '${db:Status-Status}' "$package" \
			2>/dev/null)" = installed ] ||
			printf '%s\t%s\n' "$package" "$why"
	done <"$table"
}

# A container's package index is often absent, or too old for the mirror.
install() {
	local get=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -y
		--no-install-recommends -o Dpkg::Use-Pty=0
		-o DPkg::Lock::Timeout=300)
	as_root "${get[@]}" update &&
		as_root "${get[@]}" install "$@" >"$log" 2>&1
}

[ "$#" -gt 0 ] || { echo "usage: ${0##*/} GROUP..." >&2; exit 2; }
for group in "$@"; do
	grep -q "^$group	" "$table" || die "there is no group '$group' in $table"
done
list=$(missing "$@" | sort -t $'\t' -k 1,1 -u)
[ -n "$list" ] || exit 0
command -v apt-get >/dev/null || die "this is not Debian; needed are:
$list"
say "installing from Debian:"
while IFS=$'\t' read -r package why; do
	printf '      %-24s %s\n' "$package" "$why" >&2
done <<<"$list"
log=$(mktemp)
trap 'rm -f -- "$log"' EXIT
mapfile -t packages < <(cut -f 1 <<<"$list")
install "${packages[@]}" || {
	tail -n 20 "$log" >&2
	die "apt-get failed"
}
