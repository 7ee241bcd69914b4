# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# What test-row.sh tests with Debian's packages of ours. It sources this.

# make_older PACKAGE OUTPUT: as it was in a version before; nothing else is different
make_older() {
	local dir=$tap_tmp/older
	dpkg-deb -R "$1" "$dir"
	sed -i "s/^Version: .*/Version: 0.0.1/" "$dir/DEBIAN/control"
	sed -i "s/\<$version\>/0.0.1/g" "$dir"/DEBIAN/{postinst,prerm}
	mv "$dir/usr/src/kheaders-$version" "$dir/usr/src/kheaders-0.0.1"
	sed -i 's/^PACKAGE_VERSION=.*/PACKAGE_VERSION="0.0.1"/' \
		"$dir/usr/src/kheaders-0.0.1/dkms.conf"
	rm -f "$dir/DEBIAN/md5sums"
	dpkg-deb --root-owner-group -b "$dir" "$2"
}

# A package of a second kernel
fetch() {
	ok "there is $1" "$vm/fetch-package.sh" "$row" "$1" || return 0
	cp "$row_work/packages/$1"_*.deb "$row_guest/debs/${1%%-[0-9]*}.deb"
}

test_packages() {
	local version release second name
	version=$(cat "$top/VERSION")
	ok 'make deb, without errors from lintian' "$top/packaging/deb.sh"
	ok 'there is a root' "$vm/root.sh" "$row"
	release=$(kernel_release)
	second=${release%-amd64}-cloud-amd64
	echo "# kernel: $release"
	rm -rf "$row_guest" "$row_work/disk"
	mkdir -p "$row_guest/debs"
	for name in kheaders-dkms kheaders libkheaders0; do
		ok "there is $name" cp "$top/build/deb/${name}_$version"_*.deb \
			"$row_guest/debs/$name.deb"
	done
	ok 'and a version before' make_older "$row_guest/debs/kheaders-dkms.deb" \
		"$row_guest/debs/older.deb"
	fetch "linux-image-$second"
	fetch "linux-headers-$second"
	printf '%s\n' "version=$version" "second=$second" >"$row_guest/settings"
	boot install
	boot packages
	rm -f "$row_work/disk"
}
