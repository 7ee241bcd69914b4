/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KHEADERS_H
#define _KHEADERS_H

#include <linux/compiler.h>
#include <linux/kconfig.h>
#include <linux/types.h>

struct blob_attribute;
struct kobject;

#define KHEADERS_NAME "kheaders.tar.xz"

/*
 * Arrays, not scalars: FORTIFY_SOURCE takes a scalar's size for the data's. Weak,
 * because modpost may see the module before it has its data.
 */
extern const char kheaders_data[] __weak;
extern const char kheaders_data_end[] __weak;

int kheaders_check(const char *data, const char *end);
int kheaders_attr_create(struct blob_attribute *blob, struct kobject *parent,
			 const char *data, const char *end);

#if IS_ENABLED(CONFIG_IKHEADERS_PROC)
int kheaders_proc_create(const char *data, size_t size);
void kheaders_proc_remove(void);
#else
static inline int kheaders_proc_create(const char *data, size_t size)
{
	return 0;
}

static inline void kheaders_proc_remove(void)
{
}
#endif

#endif /* _KHEADERS_H */
