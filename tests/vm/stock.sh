# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash disable=SC2154
#
# What test-row.sh tests with stock kernels. It sources this.

# As build-module.sh does, so that a changed option is no cause.
build() {
	in_root make -C "$src" modules W=1 ${row_options:+"$row_options"} \
		"KDIR=$kdir" "$@" >"$tap_tmp/make" 2>&1 ||
		{ tail -n 20 "$tap_tmp/make"; return 1; }
}

# Headers are edited in a copy of the package, which shares its files with it. Debian's
# links to what kbuild has are relative.
build_with_copy() {
	local package=$root/usr/src/linux-headers-$release
	local common
	common=$(common_headers)
	kdir=$src/usr/src/${package##*/}
	mkdir -p "$root$src/usr/src"
	ln -s /usr/lib "$root$src/usr/lib"
	cp -al "$package" "$common" "$root$src/usr/src/"
	rm "$root$kdir/Makefile"
	sed "s,/usr/src,$src&," "$package/Makefile" >"$root$kdir/Makefile"
	headers=$root$src/usr/src/${common##*/}
	ok 'builds with a copy of the header package' build
}

# Every header that the package has.
check_package() {
	local package=$root/usr/src/linux-headers-$release
	check_headers "$release" "$(common_headers)" "$package" "$arch_headers"
}

check_rebuild_module() {
	build_with_copy
	check_rebuild
}

# One that is older than what was made here.
check_given_archive() {
	local given=$src/given.tar.xz round digest
	digest=$(sha256sum <"$archive")
	echo 'not looked into' >"$root$given"
	touch -d '2020-01-01' "$root$given"
	for round in first second; do
		ok "builds with a given archive, $round time" \
			build "IKHEADERS_ARCHIVE=$given"
		ok 'which is in the module' grep -qF 'not looked into' "$image"
		ok 'builds with its own again' build
		is "$(sha256sum <"$archive")" "$digest" 'the archive is its own'
	done
	run_mustfail 'a relative path is refused' build IKHEADERS_ARCHIVE=given.tar.xz
	ok 'and named' grep -qF 'given.tar.xz: not an absolute path' "$tap_tmp/make"
}

# The module goes where modprobe finds it, although a header package has no
# System.map.
check_install() {
	local target=$src/install
	ok 'it is installed' in_root make -C "$src" install W=1 "KDIR=$kdir" \
		${row_options:+"$row_options"} "INSTALL_MOD_PATH=$target"
	like "$(in_root modprobe -d "$target" -S "$release" -n -v kheaders 2>&1)" \
		"^insmod $target/lib/modules/$release/.*/kheaders\.ko" 'modprobe finds it'
	ok 'it is the one that was built' cmp "$image" \
		"$(find "$root$target" -name kheaders.ko)"
}

# Without what it takes to build modules. Every case of the module is tried as README
# has it built, or with the row's options; of this one it is enough that it builds.
check_headers_only() {
	follows 'IKHEADERS_BUILD=n' IKHEADERS_BUILD=n
	like "$(member .kheaders/manifest)" $'\nprofile=headers\n' 'the archive says so'
	run_mustfail 'it has no Makefile' member Makefile
	follows 'IKHEADERS_BUILD=n no longer'
}

# A package of the module for just this kernel; the job of that name installs it. Where
# that is cross-built, the selftests get its module.
check_bindeb() {
	local name=kheaders-modules-$release deb module="lib/modules/$release/updates"
	local run=(in_root make -C "$src" bindeb "KDIR=/usr/src/linux-headers-$release")
	local vmlinux=$src/vmlinux
	if is_foreign; then
		run=(make -C "$root$src" bindeb "KDIR=$row_work/headers" "ARCH=$arch_linux"
			"CROSS_COMPILE=$(cross_compile "$arch_linux")" "KERNELRELEASE=$release"
			"IKHEADERS_ARCHIVE=$row_work/archive.tar.xz" ${row_options:+"$row_options"})
		vmlinux=$root$vmlinux
	fi
	deb=$root$src/build/deb/${name}_$(cat "$top/VERSION")_$row_arch.deb
	ok 'make bindeb VMLINUX=' "${run[@]}" VMLINUX="$vmlinux"
	is "$(unpacked_files "$deb")" \
		"./$module/kbtf.ko ./$module/kheaders.ko ./usr/lib/modules-load.d/$name.conf" \
		'has both modules'
	is "$(grep -hv '^#' "$tap_tmp/deb/usr/lib/modules-load.d/$name.conf" | xargs)" \
		'kheaders kbtf' 'which are both loaded'
	ok 'make bindeb' "${run[@]}"
	like "$(dpkg-deb -f "$deb" Package Architecture Depends | xargs)" \
		"^Package: $name Architecture: $row_arch Depends: kmod, linux-image-$release [|]" \
		'it says which kernel it is for'
	is "$(unpacked_files "$deb")" "./$module/kheaders.ko ./usr/lib/modules-load.d/$name.conf" \
		'it has the module, and what has it loaded'
	gives_back "$tap_tmp/deb/$module/kheaders.ko"
	ok 'the guest gets it' cp "$deb" "$row_guest/kheaders-modules.deb"
	! is_foreign || ok 'and the module' cp "$tap_tmp/deb/$module/kheaders.ko" \
		"$row_guest/lib/modules/$release/extra/"
	run_mustfail 'no KDIR is refused' "$top/packaging/bindeb.sh" /usr "$tap_tmp/none"
}

# unpacked_files DEB: to $tap_tmp/deb
unpacked_files() {
	rm -rf "$tap_tmp/deb"
	dpkg-deb -x "$1" "$tap_tmp/deb"
	(cd "$tap_tmp/deb" && find . -type f ! -path './usr/share/doc/*' | LC_ALL=C sort | xargs)
}

# For the job users
check_mount() {
	ok 'kheaders-mount is built, statically' flock "$top/build/tools.lock" \
		make -C "$top/tools/kheaders" O="$top/build/tools" static-mount
	cp "$top/build/tools/static/kheaders-mount" "$row_guest/"
}

# Whatever builds leave, "make clean" takes away.
check_clean() {
	ok 'make clean' in_root make -C "$src" clean
	ok 'leaves the sources and nothing else' diff \
		<(git -C "$top" ls-files -co --exclude-standard kernel lib scripts | sort) \
		<(cd "$root$src" && find kernel lib scripts ! -type d | sort)
	is "$(cd "$root$src" && find . -maxdepth 1 -name '*.[ko]*' -o -name '*.mod*' \
		-o -name 'mod*' -o -name '.*.cmd' -o -name '.*.d')" '' 'and nothing beside them'
}

# The commands of README, as somebody sees them who has just cloned the project.
check_demo() {
	ok 'make run' make -s -C "$top" run
	cp "$tap_tmp/.ok" "$tap_tmp/demo"
	like "$(tail -n 1 "$tap_tmp/demo")" "^SUCCESS: .* $release, serves its own headers" \
		'says so at the end'
	ok 'it has shown the file' grep -q '^-r--r--r-- 1 root .* /sys/kernel/kheaders.tar.xz' \
		"$tap_tmp/demo"
	ok 'and run a bcc program' grep -q '^task_struct says: process' "$tap_tmp/demo"
}

# Modules are built with nothing of the kernel but the archive, by the root's programs;
# the job load-modules tries them. tests/slow/modules-*.conf build in guests.
check_modules() {
	local dir=$src/kit
	mkdir "$root$dir"
	tar -xf "$row_guest/kheaders_data.tar.xz" -C "$root$dir"
	cp -r "$top/tools/testing/selftests/kheaders/modules" "$root$dir-modules"
	ok 'modules are built with the archive' in_root make -C "$dir" M="$dir-modules" \
		KERNELRELEASE="$release" modules
	ok 'they are there' cp "$root$dir-modules"/kheaders_{exporter,importer}.ko "$row_guest/"
}

test_stock_kernel() {
	local check release kdir headers archive image
	ok 'kheaders.ko builds, no warning' "$vm/build-module.sh" "$row" || return 0
	release=$(kernel_release)
	echo "# kernel: $release"
	archive=$root$src/kernel/kheaders/kheaders_data.tar.xz image=$root$src/kheaders.ko
	gives_back "$image"
	for check in $row_checks; do
		check_"$check"
	done
	if [[ $row_jobs = *dkms* ]]; then
		ok 'there is a package for dkms' \
			"$vm/fetch-package.sh" "$row" acpi-call-dkms
		cp -r "$row_work/packages" "$row_guest/"
	fi
	# shellcheck disable=SC2086 # a list
	boot $row_jobs
}
