# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# What test-row.sh tests with Debian's packages of ours. It sources this.

# apt ARG...: in the root, with nothing to download
apt() {
	in_root env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o APT::Sandbox::User=root \
		-o Dpkg::Use-Pty=0 "$@"
}

# The package as it was in a version before: nothing else is different.
make_older() {
	local dir=$root/debs/older
	dpkg-deb -R "$1" "$dir"
	sed -i "s/^Version: .*/Version: 0.0.1/" "$dir/DEBIAN/control"
	sed -i "s/\\<$version\\>/0.0.1/g" "$dir"/DEBIAN/{postinst,prerm}
	mv "$dir/usr/src/kheaders-$version" "$dir/usr/src/kheaders-0.0.1"
	sed -i "s/^PACKAGE_VERSION=.*/PACKAGE_VERSION=\"0.0.1\"/" "$dir/usr/src/kheaders-0.0.1/dkms.conf"
	rm -f "$dir/DEBIAN/md5sums"
	dpkg-deb --root-owner-group -b "$dir" "$root/debs/older.deb" >&2
	rm -r "$dir"
}

# built RELEASE: the module that dkms has installed for a kernel
built() {
	ls "$root/lib/modules/$1/updates/dkms"/kheaders.ko* 2>/dev/null
}

# fake_kernel NAME: headers as the real kernel's, for a kernel of another name
fake_kernel() {
	cp -al "$root/usr/src/linux-headers-$release" "$root/usr/src/linux-headers-$1"
	mkdir -p "$root/lib/modules/$1"
	ln -s "/usr/src/linux-headers-$1" "$root/lib/modules/$1/build"
}

# replace FILE: with standard input; the root's files are shared with those of others
replace() {
	cat >"$1.new"
	mv "$1.new" "$1"
}

check_upgrade() {
	make_older "$root"/debs/kheaders-dkms_*.deb
	ok 'a version before is installed' apt install /debs/older.deb
	like "$(in_root dkms status)" "^kheaders/0.0.1, $release, x86_64: installed\$" 'dkms has built it'
	ok 'apt installs the packages' apt install /debs/kheaders-dkms.deb /debs/kheaders.deb \
		/debs/libkheaders0.deb
	is "$(in_root dkms status)" "kheaders/$version, $release, x86_64: installed" \
		'dkms has built this version, and forgotten the one before'
	like "$(built "$release")" 'kheaders[.]ko' 'the module is there'
	is "$(cat "$root"/usr/lib/modules-load.d/kheaders.conf)" kheaders 'it is to be loaded'
}

check_second_kernel() {
	local second=${release%-amd64}-cloud-amd64
	ok 'there is a second kernel' "$vm/fetch-package.sh" "$row" "linux-image-$second"
	ok 'and its headers' "$vm/fetch-package.sh" "$row" "linux-headers-$second"
	mkdir "$root/second"
	cp "$row_work"/packages/linux-{image,headers}-"$second"_*.deb "$root/second/"
	ok 'it is installed' in_root sh -c 'dpkg -i /second/*.deb'
	rm -r "$root/second"
	like "$(built "$second")" 'kheaders[.]ko' 'dkms has built the module for it, too'
	ok 'it is removed' apt purge "linux-image-$second" "linux-headers-$second"
	is "$(built "$second")" '' 'so is its module'
}

# One that has headers of its own, and one that nothing can be built for
check_other_kernels() {
	local has=0.1-ikheaders bad=0.2-broken status=0
	fake_kernel $has
	{ cat "$root/usr/src/linux-headers-$release/.config"; echo CONFIG_IKHEADERS=m; } |
		replace "$root/usr/src/linux-headers-$has/.config"
	in_root dkms autoinstall -k $has >"$tap_tmp/dkms" 2>&1 || status=$?
	is "$(built $has)" '' 'a kernel with CONFIG_IKHEADERS gets no module'
	like "$status $(cat "$tap_tmp/dkms")" '^(0|11|77) .*BUILD_EXCLUSIVE' 'dkms says why'
	fake_kernel $bad
	echo '$(error broken)' | replace "$root/usr/src/linux-headers-$bad/Makefile"
	status=0
	in_root dkms autoinstall -k $bad >"$tap_tmp/dkms" 2>&1 || status=$?
	ok 'a failing build is an error' test "$status" -ne 0
	like "$(cat "$tap_tmp/dkms")" 'Bad return status for module build on kernel: 0[.]2-broken' \
		"with dkms's message"
	like "$(built "$release")" 'kheaders[.]ko' "other kernels' modules stay"
	rm -rf "$root/lib/modules"/{$has,$bad} "$root/usr/src/linux-headers"-{$has,$bad}
}

check_purge() {
	ok 'the packages are purged' apt purge kheaders-dkms kheaders libkheaders0
	rm -r "$root/debs"
	is "$(cd "$root" && find . -xdev -name '*kheaders*' ! -path './var/cache/*' ! -path './src/*')" \
		'' 'nothing is left'
	is "$(in_root dkms status)" '' 'dkms knows nothing of it'
}

test_packages() {
	local version release name
	version=$(cat "$top/VERSION")
	ok 'make deb, without errors from lintian' "$top/packaging/deb.sh" || return 0
	ok 'there is a root' "$vm/root.sh" "$row" || return 0
	release=$(kernel_release)
	echo "# kernel: $release"
	mkdir -p "$row_guest"
	rm -rf "$row_work/root"
	cp -a "$root" "$row_work/root"
	root=$row_work/root
	mkdir "$root/debs"
	for name in kheaders-dkms kheaders libkheaders0; do
		cp "$top/build/deb/${name}_$version"_*.deb "$root/debs/$name.deb"
	done
	check_upgrade
	check_second_kernel
	check_other_kernels
	ok 'header packages are removed' apt purge 'linux-headers-.*' 'linux-kbuild-.*'
	is "$(ls "$root/usr/src")" "kheaders-$version" 'there are no headers any more'
	: >"$row_guest/settings"
	VM_ROOT=$root boot packages
	check_purge
	rm -rf "$root"
}
