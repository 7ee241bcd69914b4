/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KHEADERS_H
#define _KHEADERS_H

#include <linux/compiler.h>

struct kobject;
struct sysfs_blob;

#define KHEADERS_NAME "kheaders.tar.xz"

/*
 * Arrays, not scalars: FORTIFY_SOURCE takes a scalar's size for the data's. Weak,
 * because modpost may see the module before it has its data.
 */
extern const char kheaders_data[] __weak;
extern const char kheaders_data_end[] __weak;

int kheaders_create(struct sysfs_blob *blob, struct kobject *parent,
		    const char *data, const char *end);

#endif /* _KHEADERS_H */
