// SPDX-License-Identifier: GPL-2.0-only
/*
 * Provide the kernel's types as /sys/kernel/btf/vmlinux where the kernel was built
 * without CONFIG_DEBUG_INFO_BTF. BPF loaders relocate programs that were compiled
 * elsewhere against them (CO-RE).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "../kheaders/sysfs_blob.h"
#include "kbtf.h"

/*
 * Load these addresses from memory: compilers reach weak symbols through the GOT,
 * which modules on arm64 do not support.
 */
static const char *kbtf_range[] __ro_after_init = {
	_binary__btf_kernel_bin_start, _binary__btf_kernel_bin_end
};

static const char *kbtf_notes_range[] __ro_after_init = {
	kbtf_notes, kbtf_notes_end
};

static struct kobject *kbtf_kobj __ro_after_init;
static struct sysfs_blob kbtf_vmlinux __ro_after_init;
static struct sysfs_blob kbtf_kernel __ro_after_init;

static int __init kbtf_validate(const char *data, const char *end)
{
	const char *notes = READ_ONCE(kbtf_notes_range[0]);
	const char *notes_end = READ_ONCE(kbtf_notes_range[1]);
	int err;

	err = kbtf_check(data, end - data);
	if (err) {
		pr_err("no BTF, or damaged BTF: %pe\n", ERR_PTR(err));
		return err;
	}

	err = kbtf_check_build_id(notes, notes_end - notes);
	if (err == -ESTALE)
		pr_err("this BTF comes from another build of the kernel\n");
	else if (err)
		pr_err("cannot tell which kernel this BTF comes from: %pe\n",
		       ERR_PTR(err));
	return err;
}

static int __init kbtf_init(void)
{
	const char *data = READ_ONCE(kbtf_range[0]);
	const char *end = READ_ONCE(kbtf_range[1]);
	int err;

	/* First, as a kernel with BTF needs none of ours, valid or not. */
	if (sysfs_blob_exists(kernel_kobj, "btf")) {
		pr_err("btf exists already: this kernel or another module provides it\n");
		return -EEXIST;
	}

	err = kbtf_validate(data, end);
	if (err)
		return err;

	kbtf_kobj = kobject_create_and_add("btf", kernel_kobj);
	if (!kbtf_kobj)
		return -ENOMEM;

	/* libbpf looks for vmlinux. */
	err = sysfs_blob_create(&kbtf_vmlinux, kbtf_kobj, "vmlinux",
				data, end - data);
	if (err)
		goto err_put_kobj;

	err = sysfs_blob_create(&kbtf_kernel, kbtf_kobj, "kernel",
				data, end - data);
	if (err)
		goto err_remove_vmlinux;

	return 0;

err_remove_vmlinux:
	sysfs_blob_remove(&kbtf_vmlinux);
err_put_kobj:
	kobject_put(kbtf_kobj);
	return err;
}

static void __exit kbtf_exit(void)
{
	sysfs_blob_remove(&kbtf_kernel);
	sysfs_blob_remove(&kbtf_vmlinux);
	kobject_put(kbtf_kobj);
}

module_init(kbtf_init);
module_exit(kbtf_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("The kernel's types as /sys/kernel/btf/vmlinux");
