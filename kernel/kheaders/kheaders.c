// SPDX-License-Identifier: GPL-2.0-only
/*
 * The headers this kernel was built with, as /sys/kernel/kheaders.tar.xz:
 * what a program needs to be compiled for exactly this kernel, whatever is or
 * is not installed on the file system.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/export.h>
#include <linux/init.h>
#include <linux/kconfig.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "blob.h"
#include "kheaders.h"

static struct blob_attribute kheaders_attr __ro_after_init;

/*
 * Where the archive is, to be read from memory: for a weak symbol's address the
 * compiler would go to a global offset table, which modules on arm64 do not have.
 */
static const char *kheaders_range[] __ro_after_init = {
	kheaders_data, kheaders_data_end
};

/**
 * kheaders_attr_create() - show an archive as kheaders.tar.xz
 * @blob: as for blob_attr_create(), which takes it back
 * @parent: the directory for the file
 * @data: the archive's first byte
 * @end: the byte behind its last one
 *
 * Return: 0, or an error of kheaders_check() or blob_attr_create(), of which
 * there is a line in the log.
 */
int kheaders_attr_create(struct blob_attribute *blob, struct kobject *parent,
			 const char *data, const char *end)
{
	int err = kheaders_check(data, end);

	if (err) {
		pr_err("empty or damaged archive: %pe\n", ERR_PTR(err));
		return err;
	}

	return blob_attr_create(blob, parent, KHEADERS_NAME, data, end - data);
}

#if IS_MODULE(CONFIG_IKHEADERS_KUNIT_TEST)
EXPORT_SYMBOL_GPL(kheaders_attr_create);
#endif

static int __init kheaders_init(void)
{
	const char *data = READ_ONCE(kheaders_range[0]);
	const char *end = READ_ONCE(kheaders_range[1]);
	int err;

	err = kheaders_attr_create(&kheaders_attr, kernel_kobj, data, end);
	if (err)
		return err;

	err = kheaders_proc_create(data, end - data);
	if (err)
		goto err_remove_attr;

	return 0;

err_remove_attr:
	blob_attr_remove(&kheaders_attr);
	return err;
}

static void __exit kheaders_exit(void)
{
	kheaders_proc_remove();
	blob_attr_remove(&kheaders_attr);
}

module_init(kheaders_init);
module_exit(kheaders_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("The kernel's headers as /sys/kernel/kheaders.tar.xz");
