# SPDX-License-Identifier: GPL-2.0-only
################################################################################
#
# kheaders
#
################################################################################

LINUX_EXTENSIONS += kheaders

ifeq ($(BR2_LINUX_KERNEL_EXT_KHEADERS),y)
LINUX_DEPENDENCIES += host-xz
endif

define KHEADERS_PREPARE_KERNEL
	$(KHEADERS_DIR)/scripts/kheaders/integrate.sh $(@D)
endef
