# SPDX-License-Identifier: GPL-2.0-only
SUMMARY = "Headers of the running kernel, from the kernel itself"
LICENSE = "GPL-2.0-only"
LIC_FILES_CHKSUM = "\
    file://LICENSES/preferred/GPL-2.0-only;md5=4b46c87c5eedeca7138e69b67dddc1b3 \
"

PV = "${KHEADERS_VERSION}"
SRC_URI = "file://${KHEADERS_ARCHIVE}"
S = "${UNPACKDIR}/kheaders-${PV}"

DEPENDS += "xz-native"
inherit module

# The kernel's own makefile builds and installs it.
MAKE_TARGETS = "modules"
EXTRA_OEMAKE += "-C ${STAGING_KERNEL_DIR} M=${S}"
EXTRA_OEMAKE += 'HOSTCC="${BUILD_CC}" HOSTCFLAGS="${BUILD_CFLAGS}" HOSTLDFLAGS="${BUILD_LDFLAGS}"'

KERNEL_MODULE_AUTOLOAD += "kheaders"
