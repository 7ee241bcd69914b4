#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Packages for other systems than Debian, as far as Debian has their tools: RPM's are
# built, installed to an empty directory, and that for dkms as in a system; Arch's are
# built. What they are of is compared with what is to be in them.

set -euo pipefail
# shellcheck source-path=SCRIPTDIR source=../lib/tap.sh
. "$(dirname "$0")/../lib/tap.sh"
# shellcheck source-path=SCRIPTDIR source=../vm/rows.sh
. "$(dirname "$0")/../vm/rows.sh"

version=$(cat "$top/VERSION")
root=$roots/rpm
row_flavour=$(dpkg --print-architecture)

# tidy: what a package's list has, but for its licence and what debuggers read. Not
# everywhere the manual is compressed.
tidy() {
	grep -vE '^/usr/share/(licenses|doc)/|^/usr/lib/[.]build-id|/$' |
		sed 's/[.]1[.]gz$/.1/' | LC_ALL=C sort
}

files() {
	in_root rpm -qpl "/build/$1" | tidy
}

# sources DIR: the files there, and those that dkms is to have
sources() {
	ok "dkms has all sources in ${1##*/}" diff \
		<(cd "$top" && { git ls-files -co --exclude-standard Kbuild Makefile kernel \
			scripts | grep -v '/[.]gitignore$'; echo dkms.conf; } | LC_ALL=C sort) \
		<(cd "$1" && find . -type f -printf '%P\n' | LC_ALL=C sort)
	is "$(sed -n 's/^PACKAGE_VERSION=//p' "$1/dkms.conf")" "\"$version\"" \
		'dkms is told the version'
}

command_files='/usr/bin/kheaders
/usr/bin/kheaders-mount
/usr/share/bash-completion/completions/kheaders
/usr/share/fish/vendor_completions.d/kheaders.fish
/usr/share/man/man1/kheaders-mount.1
/usr/share/man/man1/kheaders.1
/usr/share/zsh/site-functions/_kheaders'

# One kernel's module
check_kernel() {
	local name ko
	ok 'a package of the module for one kernel' "$top/packaging/rpm.sh" --define \
		"kdir /usr/src/linux-headers-$release"
	name=kheaders-modules-$release
	cp "$top/build/rpm/$name-$version"-1.*.rpm "$root/build/modules.rpm"
	ko=/lib/modules/$release/updates/kheaders.ko
	is "$(files modules.rpm)" "${ko%/*}
$ko
/usr/lib/modules-load.d/kheaders-modules-$release.conf" 'it has the module, and what has it loaded'
	like "$(in_root rpm -qp --scripts /build/modules.rpm)" "depmod $release" \
		'it has depmod run'
	ok 'it is installed to a directory' in_root rpm --root /build/installed -i \
		--nodeps --noscripts /build/modules.rpm
	ok 'the module has an archive' "$top/scripts/kheaders/extract-ikheaders" \
		"$root/build/installed$ko" "$tap_tmp/archive"
	like "$(tar -xOf "$tap_tmp/archive" ./.kheaders/manifest)" "$release" \
		'made of its headers'
}

check_command() {
	local name
	ok 'make rpm, without errors from rpmlint' "$top/packaging/rpm.sh"
	for name in kheaders libkheaders libkheaders-devel kheaders-dkms; do
		ok "there is $name" cp "$(echo "$top/build/rpm/$name-$version"-1.*.rpm)" \
			"$root/build/$name.rpm"
	done
	is "$(files kheaders.rpm)" "$command_files" 'kheaders has the command'
	is "$(files libkheaders.rpm)" /usr/lib64/libkheaders.so.0 'libkheaders has the library'
	is "$(files libkheaders-devel.rpm)" '/usr/include/libkheaders.h
/usr/lib64/libkheaders.so
/usr/lib64/pkgconfig/libkheaders.pc' 'libkheaders-devel has what it says'
	is "$(in_root rpm -qp --requires /build/kheaders.rpm | grep -oE '^lib(archive|kheaders)')" \
		libarchive 'the command requires libraries, but none of ours'
	ok 'they are installed to a directory' in_root rpm --root /build/installed -i \
		--nodeps --noscripts /build/{kheaders,libkheaders,libkheaders-devel,kheaders-dkms}.rpm
	like "$(in_root /build/installed/usr/bin/kheaders --version)" "$version" \
		'the command runs'
	sources "$root/build/installed/usr/src/kheaders-$version"
}

# In place of a system that has rpm and dkms, and one kernel's headers. Without /proc, dkms
# can install, but not remove.
check_dkms() {
	local ko=$root/lib/modules/$release/updates/dkms/kheaders.ko
	in_root rpm -e --nodeps --noscripts kheaders-dkms 2>/dev/null || :
	rm -rf "$ko" "$root/var/lib/dkms/kheaders"
	ok 'the one for dkms is installed' in_root rpm -i --nodeps /build/kheaders-dkms.rpm
	ok 'dkms knows of it' test -L "$root/var/lib/dkms/kheaders/$version/source"
	ok 'dkms installs the module' in_root dkms install -k "$release" "kheaders/$version"
	ok 'there it is' test -s "$ko"
	like "$(in_root rpm -q --scripts kheaders-dkms)" \
		"preuninstall.*dkms remove -m kheaders -v $version .*--all" \
		'with the package the module goes'
}

# makepkg wants not to be root, and pacman if only to list what is installed.
check_arch() {
	local dir=$tap_tmp/arch
	mkdir "$dir"
	cp "$top/packaging/arch/PKGBUILD" "$root/build/kheaders-$version.tar.xz" "$dir/"
	chmod 755 "$tap_tmp"
	chown -R 65534:65534 "$dir"
	ok 'makepkg' env -C "$dir" HOME="$dir" PACMAN=true setpriv --reuid=65534 \
		--regid=65534 --clear-groups makepkg --nodeps
	is "$(tar -tf "$dir/kheaders-$version-1-x86_64.pkg.tar.gz" | grep '^usr/' |
		sed 's,^,/,' | tidy)" "$(printf '%s\n' "$command_files" \
		/usr/include/libkheaders.h /usr/lib/libkheaders.so{,.0} \
		/usr/lib/pkgconfig/libkheaders.pc | LC_ALL=C sort)" \
		'kheaders has the command and the library'
	mkdir "$dir/unpacked"
	ok 'that for dkms unpacks' tar -C "$dir/unpacked" -xf \
		"$dir/kheaders-dkms-$version-1-any.pkg.tar.gz"
	sources "$dir/unpacked/usr/src/kheaders-$version"
	ok 'it has the module loaded' test -s \
		"$dir/unpacked/usr/lib/modules-load.d/kheaders.conf"
}

check_command
release=$(kernel_release)
echo "# kernel: $release"
check_dkms
check_arch
check_kernel
done_testing
