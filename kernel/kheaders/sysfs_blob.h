/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _SYSFS_BLOB_H
#define _SYSFS_BLOB_H

#include <linux/sysfs.h>
#include <linux/types.h>

struct kobject;

/**
 * struct sysfs_blob - constant data as a file in sysfs
 * @attr: the file
 * @parent: the directory it is in
 * @data: page-aligned, and followed by zeros up to the next page boundary
 */
struct sysfs_blob {
	struct bin_attribute attr;
	struct kobject *parent;
	const void *data;
};

bool sysfs_blob_exists(struct kobject *parent, const char *name);
int sysfs_blob_create(struct sysfs_blob *blob, struct kobject *parent,
		      const char *name, const void *data, size_t size);
void sysfs_blob_remove(struct sysfs_blob *blob);

#endif /* _SYSFS_BLOB_H */
