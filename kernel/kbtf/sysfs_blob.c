// SPDX-License-Identifier: GPL-2.0-only
/* An object file can only be part of one module. */
#include "../kheaders/sysfs_blob.c"
