// SPDX-License-Identifier: GPL-2.0-only
/*
 * The headers this kernel was built with, as /sys/kernel/kheaders.tar.xz:
 * what a program needs to be compiled for exactly this kernel, whatever is or
 * is not installed on the file system.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "blob.h"
#include "kheaders.h"

static struct blob_attribute kheaders_attr __ro_after_init;

static int __init kheaders_init(void)
{
	size_t size = kheaders_data_end - kheaders_data;
	int err;

	err = kheaders_check(kheaders_data, kheaders_data_end);
	if (err) {
		pr_err("empty or damaged archive: %pe\n", ERR_PTR(err));
		return err;
	}

	err = blob_attr_create(&kheaders_attr, kernel_kobj, KHEADERS_NAME,
			       kheaders_data, size);
	if (err)
		return err;

	err = kheaders_proc_create(kheaders_data, size);
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
