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

# kernel_package NAME MODULES OPTION...: a package of these for one kernel, which is there
# and at /build/installed
kernel_package() {
	local name=$1 modules=$2 load=/usr/lib/modules-load.d/kheaders-modules-$release.conf
	shift 2
	ok "a package of $name" "$top/packaging/rpm.sh" \
		--define "kdir /usr/src/linux-headers-$release" "$@"
	cp "$top/build/rpm/kheaders-modules-$release-$version"-1.*.rpm "$root/build/modules.rpm"
	is "$(files modules.rpm)" "$updates
$(tr ' ' '\n' <<<"$modules" | sed "s,.*,$updates/&.ko,")
$load" 'it has these files, and no others'
	ok 'it is installed to a directory' in_root rpm --root /build/installed -i \
		--nodeps --noscripts /build/modules.rpm
	is "$(grep -v '^#' "$root/build/installed$load" | LC_ALL=C sort | xargs)" "$modules" \
		'it has these modules loaded'
}

check_kernel() {
	local updates=/lib/modules/$release/updates
	make_vmlinux "$root/vmlinux"
	kernel_package 'both modules' 'kbtf kheaders' --define 'vmlinux /vmlinux'
	kernel_package 'one module' kheaders
	like "$(in_root rpm -qp --scripts /build/modules.rpm)" "depmod $release" \
		'it has depmod run'
	ok 'the module has an archive' "$top/scripts/kheaders/extract-ikheaders" \
		"$root/build/installed$updates/kheaders.ko" "$tap_tmp/archive"
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

# The package for dkms as it was in a version before; nothing else is different.
make_older() {
	local dir=$root/build/kheaders-0.0.1
	copy_project "$dir" .
	echo 0.0.1 >"$dir/VERSION"
	sed -i 's/^Version:.*/Version: 0.0.1/' "$dir/packaging/rpm/kheaders.spec"
	tar -C "$root/build" -cJf "$dir.tar.xz" kheaders-0.0.1
	in_root rpmbuild -ta --nodeps --define '_topdir /build/older' \
		"/build/${dir##*/}.tar.xz"
	cp "$root"/build/older/RPMS/noarch/kheaders-dkms-0.0.1-1.noarch.rpm \
		"$root/build/older.rpm"
}

# in_root, with a /proc and /dev/fd, without which dkms cannot remove anything
with_proc() {
	ln -sfn /proc/self/fd "$root/dev/fd"
	# shellcheck disable=SC2016 # the inner shell's arguments
	unshare --mount-proc="$root/proc" bash -c \
		'. "$1/vm/rows.sh"; root=$2; shift 2; in_root "$@"' - "$top/tests" "$root" "$@"
}

# dkms_has VERSION: it knows no other, and has installed the module of that one
dkms_has() {
	local dkms=$root/var/lib/dkms/kheaders arch
	arch=$(uname -m)
	is "$(cd "$dkms" && ls -d [0-9]*)" "$1" "dkms has version $1"
	is "$(readlink "$dkms/kernel-$release-$arch")" "$1/$release/$arch" \
		"the module of version $1 is installed"
	ok 'there it is' test -s "$root/lib/modules/$release/updates/dkms/kheaders.ko"
}

# In place of a system that has rpm and dkms, and one kernel's headers
check_dkms() {
	in_root rpm -e --nodeps --noscripts kheaders-dkms 2>/dev/null || :
	rm -rf "$root/lib/modules/$release/updates/dkms" "$root/var/lib/dkms/kheaders"
	ok 'a version before' make_older
	ok 'it is installed' in_root rpm -i --nodeps /build/older.rpm
	ok 'dkms installs the module' in_root dkms install -k "$release" kheaders/0.0.1
	dkms_has 0.0.1
	ok 'this version replaces it' with_proc rpm -U --nodeps /build/kheaders-dkms.rpm
	ok 'dkms installs the module' in_root dkms install -k "$release" "kheaders/$version"
	dkms_has "$version"
	ok 'it is removed' with_proc rpm -e --nodeps kheaders-dkms
	is "$(cd "$root" && find usr/src var/lib/dkms lib/modules usr/lib/modules-load.d \
		-name '*kheaders*' ! -path '*linux-headers*')" '' 'nothing is left of it'
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
