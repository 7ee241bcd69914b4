#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The front door: what make says without a kernel to build for, and that it takes away
# what it has made.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/common.sh
. "$(dirname "$0")/../lib/common.sh"

copy="$tap_tmp/a blank/kheaders"
mkdir -p "$copy"
(cd "$top" && git ls-files -z --cached --others --exclude-standard | while
	IFS= read -r -d '' file; do [ ! -e "$file" ] || printf '%s\0' "$file"; done |
	tar --null -T - -cf -) | tar -C "$copy" -xf -
git -C "$copy" init -q
git -C "$copy" add -A
git -C "$copy" -c user.name=A -c user.email=a@example.org commit -qm all

make_it() {
	make -s -C "$copy" "$@"
}

run_mustfail -s 2 -e 'no kernel build tree: .* KDIR=' 'modules for nothing' \
	make_it modules KDIR=/nonexistent
run_mustfail -s 2 -e 'no kernel build tree: .* KDIR=' 'install for nothing' \
	make_it install KDIR=/nonexistent
run_mustfail -s 2 -e 'say VMLINUX=' 'types of nothing' make_it btf KDIR=.

make_it help >"$tap_tmp/help"
# shellcheck disable=SC2013 # words
for target in $(sed -n '/^\.PHONY:/,$ { s/^\.PHONY://; s/\\$//; p }' "$top/Makefile"); do
	case $target in
	help | check-kdir) ;;
	*) ok "help tells of $target" grep -q "^ *$target " "$tap_tmp/help" ;;
	esac
done

# A release, twice
version=$(cat "$top/VERSION")
ok 'make dist' make_it dist
sum=$(sha256sum <"$copy/build/kheaders-$version.tar.xz")
touch "$copy/README.md"
ok 'make dist, again' make_it dist
is "$(sha256sum <"$copy/build/kheaders-$version.tar.xz")" "$sum" 'is the same'
is "$(tar -tf "$copy/build/kheaders-$version.tar.xz" | grep -v '/$' | sed 's,^[^/]*/,,' | LC_ALL=C sort)" \
	"$(git -C "$copy" ls-files | LC_ALL=C sort)" 'it has all files'
like "$(head -n 1 "$top/packaging/debian/changelog")" "^kheaders [(]${version}[)] " \
	'the Debian package has the version'
for file in rpm/kheaders.spec arch/PKGBUILD; do
	ok "so has $file" grep -qE "^(Version:	|pkgver=)${version}$" "$top/packaging/$file"
done
# Yocto wants to know when a licence changes.
(cd "$top" && grep -rhoE 'LICENSES/[^;]*;md5=[0-9a-f]+' packaging/yocto |
	sed 's/\(.*\);md5=\(.*\)/\2  \1/') >"$tap_tmp/licences"
ok 'Yocto is told the licences' test -s "$tap_tmp/licences"
ok 'as they are' env -C "$top" md5sum --quiet -c "$tap_tmp/licences"
is "$(head -n 1 "$top/NEWS")" "kheaders $version" 'so has NEWS'

# What modules leave is tried where some are built: tests/vm/stock.sh and own.sh.
mkdir -p "$copy/build/roots/some/root" "$copy/build/rows"
touch "$copy"/{kheaders.ko,kernel/kheaders/sysfs_blob.o,build/results.tsv}
ok 'make clean' make_it clean
is "$(git -C "$copy" status --porcelain --ignored)" '!! build/' 'leaves build alone'
ok 'make distclean' make_it distclean
is "$(git -C "$copy" status --porcelain --ignored)" '' 'leaves nothing'

# As somebody whose sudo takes it away for them
user=()
[ "$(id -u)" -ne 0 ] || user=(setpriv --reuid=65534 --regid=65534 --clear-groups --)
# shellcheck disable=SC2016 # a variable of the script
printf '%s\n' '#!/bin/sh' 'shift' 'exec "$@"' >"$tap_tmp/sudo"
chmod 755 "$tap_tmp" "$tap_tmp/sudo"
mkdir "$copy/build"
[ "$(id -u)" -ne 0 ] || chown -R 65534:65534 "$copy"
ok 'through sudo' "${user[@]}" env PATH="$tap_tmp:$PATH" "$copy/tests/lib/as-root.sh" \
	rm -r "$copy/build"
is "$(ls -d "$copy/build" 2>/dev/null)" '' 'it goes, too'
# What Kbuild has packed for a kernel that was configured with kheaders of its own.
# shellcheck disable=SC2016 # make's variables
profile() {
	printf '%s\n' 'print:' '	@echo $(kheaders-options)' 'obj := .' \
		'CONFIG_IKHEADERS_BUILD := y' 'KBUILD_EXTMOD := .' \
		"src := $top" 'include $(src)/Kbuild' | make -sf - "$@" print
}
like "$(profile)" '--profile build' 'the build kit is packed'
like "$(profile IKHEADERS_BUILD=n)" '--profile headers' 'unless IKHEADERS_BUILD=n says otherwise'

done_testing
