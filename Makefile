# SPDX-License-Identifier: GPL-2.0-only
#
## Targets
##   run       see it work: a stock Debian kernel serves its own headers in a
##             virtual machine, and a bcc program compiles against them
##   check     run the tests that need neither a kernel build nor a virtual machine
##   test      run these and those with kernels: tests/README.md says how long it takes
##   test-all  run those that take long, too; goes on where it was stopped
##   soak      have the module under load for an hour, in a kernel that notices its own
##             mistakes, while allocations fail; writes build/results/soak.rst
##   modules   build kheaders.ko for the kernel in KDIR
##   btf       build kbtf.ko for the kernel in KDIR, with the types in VMLINUX
##   install   build kheaders.ko and install it (as root); it is not loaded
##   tools     build the command kheaders and libkheaders, to build/tools; takes libarchive,
##             liblzma, libzstd and libmd
##   install-tools  install them below PREFIX (/usr/local), and DESTDIR if that is set
##   tools-static   build the command alone, without shared libraries, to
##             build/tools/static
##   deb       build Debian packages, in a Debian root of their own, to build/deb
##   rpm       build RPM packages, likewise, to build/rpm
##   bindeb    build a Debian package of the module for the kernel in KDIR, and of kbtf.ko
##             with the types in VMLINUX if that is said, to build/deb
##   install-dkms   install what dkms builds the module from, below DESTDIR: for packages
##   dist      make a release's archive of what is committed, to build
##   integrate put kheaders into the Linux source tree KDIR
##   kunit     run the KUnit suites in a kernel for user mode
##   bench     compare the generator with the one in Linux, how long both make
##             building a kernel, archives with header packages, modules and bcc
##             programs that are built with either, and how long it takes to read and
##             unpack an archive; the page of it, with plots, is in build/bench
##   clean     remove what "modules" made
##   distclean remove what all of them made, cached virtual machines included
##
## Variables
##   KDIR=DIR           kernel build tree or header package
##                      (default: the running kernel's)
##   IKHEADERS_BUILD=n  leave out of the archive what it takes to build modules
##   IKHEADERS_ARCHIVE=/FILE
##                      serve this archive, made by scripts/kheaders/gen_kheaders.sh
##   VMLINUX=FILE       for "btf" and "bindeb": that kernel's vmlinux, with DWARF in it
##   IKHEADERS_PROC=y   make the module offer /proc/kheaders.tar.xz, too
##   INSTALL_MOD_PATH=  root directory for "install"
##   W=1, C=1, V=1      as in a kernel build
##
## "run", "check", "test", "test-all", "soak", "kunit" and "bench" install what they need from
## Debian's packages and say what that is; they need to be root, or sudo.

KDIR ?= /lib/modules/$(shell uname -r)/build

help:
	@sed -n 's/^## \{0,1\}//p' Makefile

run:
	tests/install-deps.sh run
	tests/lib/as-root.sh tests/vm/demo.sh

check:
	tests/install-deps.sh check
	tests/run check

test:
	tests/install-deps.sh check run kernel
	tests/run test

test-all:
	tests/install-deps.sh check run kernel test-all
	tests/run test-all

soak:
	tests/install-deps.sh check run kernel test-all
	tests/soak 3600

integrate:
	$(if $(filter command% environment%,$(origin KDIR)),,$(error \
		integrate: say which Linux source tree: KDIR=...))
	scripts/kheaders/integrate.sh "$(KDIR)"

kunit:
	tests/install-deps.sh kernel
	tests/linux/kunit.sh 6.1

bench:
	tests/install-deps.sh check run kernel bench
	tests/bench/generate.sh
	tests/bench/kernel-build.sh
	tests/lib/as-root.sh tests/bench/size.sh
	tests/lib/as-root.sh tests/bench/module-build.sh
	tests/lib/as-root.sh tests/bench/use.sh
	tests/lib/as-root.sh tests/bench/bcc.sh
	tests/bench/report build/bench

tools install-tools tools-static:
	$(MAKE) -C tools/kheaders O=$(CURDIR)/build/tools \
		$(patsubst tools-%,%,$(patsubst %-tools,%,$(filter-out tools,$@)))

# What dkms builds the module from, for packages: their scripts tell dkms of it.
install-dkms: version = $(shell cat VERSION)
install-dkms: dir = $(DESTDIR)/usr/src/kheaders-$(version)
install-dkms:
	mkdir -p $(dir) $(DESTDIR)/usr/lib/modules-load.d
	cp -R Kbuild Makefile kernel scripts $(dir)/
	$(MAKE) -C $(dir) clean
	find $(dir) -name .gitignore -delete
	sed 's/#MODULE_VERSION#/$(version)/' packaging/dkms.conf >$(dir)/dkms.conf
	cp packaging/kheaders.conf $(DESTDIR)/usr/lib/modules-load.d/

deb:
	tests/install-deps.sh run
	tests/lib/as-root.sh packaging/deb.sh

rpm:
	tests/install-deps.sh run
	tests/lib/as-root.sh packaging/rpm.sh

# Of the same commit it is always the same.
dist: name = kheaders-$(shell cat VERSION)
dist:
	mkdir -p build
	git archive --format=tar --prefix=$(name)/ HEAD | xz -T1 -9 >build/$(name).tar.xz.new
	mv build/$(name).tar.xz.new build/$(name).tar.xz

bindeb: check-kdir
	packaging/bindeb.sh "$(KDIR)" build/deb $(VMLINUX)

modules: check-kdir
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

btf: check-kdir
	$(if $(wildcard $(VMLINUX)),,$(error btf: say VMLINUX=..., a file: \
		that kernel's vmlinux, with DWARF in it))
	$(MAKE) -C $(KDIR) M=$(CURDIR) KBTF_VMLINUX=$(abspath $(VMLINUX)) modules

# Header packages have neither a key to sign with nor the System.map without
# which modules_install leaves depmod out.
install: modules
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules_install \
		$(if $(wildcard $(KDIR)/certs/signing_key.pem),,CONFIG_MODULE_SIG_ALL=)
	depmod -b "$(INSTALL_MOD_PATH)/" "$$(sed -n \
		's/^#define UTS_RELEASE "\(.*\)"/\1/p' \
		$(KDIR)/include/generated/utsrelease.h)"

# A kernel's own "make clean M=..." would search build/, too, and take the
# modules out of the virtual machines there.
clean:
	rm -f *.ko *.mod *.mod.c *.o .*.o .*.cmd .*.d Module.symvers modules.order
	rm -f kernel/kheaders/*.o kernel/kheaders/.*.cmd kernel/kheaders/.*.o.d
	rm -f kernel/kheaders/kheaders_data.tar.xz
	rm -rf kernel/kheaders/.kheaders_data.tar.xz.d
	rm -f lib/kunit-tests/*.o lib/kunit-tests/.*.cmd lib/kunit-tests/.*.d
	rm -f kernel/kbtf/*.o kernel/kbtf/.*.cmd kernel/kbtf/.*.o.d kernel/kbtf/*.bin
	rm -rf kernel/kbtf/btf.bin.d
	rm -f scripts/kheaders/plan_blocks scripts/kheaders/pack_block
	rm -f scripts/kheaders/*.o scripts/kheaders/.*.cmd scripts/kheaders/.*.d

# The Debian roots there have owners of their own.
distclean: clean
	rm -rf build 2>/dev/null || tests/lib/as-root.sh rm -rf build

check-kdir:
	$(if $(wildcard $(KDIR)/Makefile),,$(error $(KDIR): no kernel build tree: \
		install the kernel's header package or say KDIR=...))

.PHONY: help run check test test-all soak integrate kunit bench tools install-tools \
	tools-static install-dkms deb rpm bindeb dist modules btf install clean distclean \
	check-kdir
