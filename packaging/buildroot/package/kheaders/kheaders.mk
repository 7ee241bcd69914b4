# SPDX-License-Identifier: GPL-2.0-only
################################################################################
#
# kheaders
#
################################################################################

KHEADERS_SITE = $(BR2_EXTERNAL_KHEADERS_PATH)/../..
KHEADERS_SITE_METHOD = local
KHEADERS_VERSION = $(shell cat $(KHEADERS_SITE)/VERSION)
KHEADERS_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = --exclude /build --exclude /tools/kheaders/build
KHEADERS_LICENSE = GPL-2.0 (command, modules), LGPL-2.1+ (library)
KHEADERS_LICENSE_FILES = \
	LICENSES/preferred/GPL-2.0-only LICENSES/preferred/LGPL-2.1-or-later
KHEADERS_INSTALL_STAGING = YES
KHEADERS_DEPENDENCIES = host-pkgconf libarchive libmd xz zstd

ifeq ($(BR2_PACKAGE_LIBFUSE3),y)
KHEADERS_DEPENDENCIES += libfuse3
endif

KHEADERS_MAKE_TOOLS = $(TARGET_MAKE_ENV) $(TARGET_CONFIGURE_OPTS) $(MAKE) \
	-C $(@D)/tools/kheaders PREFIX=/usr \
	MOUNT=$(if $(BR2_PACKAGE_LIBFUSE3),y,n)

define KHEADERS_BUILD_CMDS
	$(KHEADERS_MAKE_TOOLS) all
endef

define KHEADERS_INSTALL_STAGING_CMDS
	$(KHEADERS_MAKE_TOOLS) DESTDIR=$(STAGING_DIR) install
endef

define KHEADERS_INSTALL_TARGET_CMDS
	$(KHEADERS_MAKE_TOOLS) DESTDIR=$(TARGET_DIR) install
endef

# Of Linux's own IKHEADERS, or of that which ../../linux/linux-ext-kheaders.mk puts there
ifeq ($(BR2_LINUX_KERNEL_EXT_KHEADERS),y)
define KHEADERS_LINUX_CONFIG_FIXUPS
	$(call KCONFIG_ENABLE_OPT,CONFIG_IKHEADERS)
endef
endif

ifeq ($(BR2_PACKAGE_KHEADERS_MODULE),y)
KHEADERS_DEPENDENCIES += host-xz
$(eval $(kernel-module))
endif

$(eval $(generic-package))
