/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _BLOB_H
#define _BLOB_H

#include <linux/sysfs.h>
#include <linux/types.h>

struct kobject;

/**
 * struct blob_attribute - constant data as a file in sysfs
 * @attr: the file
 * @parent: the directory it is in
 * @data: page-aligned, zeros behind its end up to the next page boundary
 */
struct blob_attribute {
	struct bin_attribute attr;
	struct kobject *parent;
	const void *data;
};

bool blob_name_taken(struct kobject *parent, const char *name);
int blob_attr_create(struct blob_attribute *blob, struct kobject *parent,
		     const char *name, const void *data, size_t size);
void blob_attr_remove(struct blob_attribute *blob);
int blob_check_range(size_t size, unsigned long first, unsigned long count);

#endif /* _BLOB_H */
