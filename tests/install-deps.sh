#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# install-deps.sh run|kunit|test|bench: installs what that make target needs from
# Debian's packages, says what and why, and does nothing if all is there.

set -euo pipefail
table=$(dirname "$0")/deps.tsv

die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

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

as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		die "run this as root, or install sudo, or install the packages"
	fi
}

# A container's package index is often absent, or too old for the mirror.
install() {
	local get=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -y
		--no-install-recommends -o Dpkg::Use-Pty=0
		-o DPkg::Lock::Timeout=300)
	as_root "${get[@]}" update &&
		as_root "${get[@]}" install "$@" >"$log" 2>&1
}

case ${1-} in
run) groups=(run) ;;
kunit) groups=(run kernel) ;;
test | bench) groups=(run kernel "$1") ;;
*) echo "usage: ${0##*/} run|kunit|test|bench" >&2; exit 2 ;;
esac
list=$(missing "${groups[@]}")
[ -n "$list" ] || exit 0
command -v apt-get >/dev/null || die "this is not Debian; needed are:
$list"
echo "==> installing from Debian:" >&2
while IFS=$'\t' read -r package why; do
	printf '      %-24s %s\n' "$package" "$why" >&2
done <<<"$list"
log=$(mktemp)
trap 'rm -f -- "$log"' EXIT
mapfile -t packages < <(cut -f 1 <<<"$list" | sort -u)
install "${packages[@]}" || {
	tail -n 20 "$log" >&2
	die "apt-get failed"
}
