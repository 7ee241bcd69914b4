# SPDX-License-Identifier: GPL-2.0-only
SUMMARY = "Use the headers that the running kernel carries"
LICENSE = "GPL-2.0-only & LGPL-2.1-or-later"
LIC_FILES_CHKSUM = "\
    file://LICENSES/preferred/GPL-2.0-only;md5=4b46c87c5eedeca7138e69b67dddc1b3 \
    file://LICENSES/preferred/LGPL-2.1-or-later;md5=9c99cffa3f2b5dfa48cb14a23bcba40b \
"

PV = "${KHEADERS_VERSION}"
SRC_URI = "file://${KHEADERS_ARCHIVE}"
S = "${UNPACKDIR}/kheaders-${PV}"

DEPENDS = "libarchive libmd xz zstd"
inherit bash-completion pkgconfig

# fuse3 is in meta-filesystems.
PACKAGECONFIG ??= ""
PACKAGECONFIG[mount] = ",,fuse3"

EXTRA_OEMAKE = "-C ${S}/tools/kheaders PREFIX=${prefix} LIBDIR=${libdir} \
    MOUNT=${@bb.utils.contains('PACKAGECONFIG', 'mount', 'y', 'n', d)}"

do_compile() {
	oe_runmake all
}

do_install() {
	oe_runmake DESTDIR=${D} install
}

FILES:${PN} += "${datadir}/fish ${datadir}/zsh"
