// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own types as /sys/kernel/btf/vmlinux, for kernels that were built
 * without CONFIG_DEBUG_INFO_BTF: what BPF programs are fitted to a kernel by when
 * they are loaded (CO-RE).
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/printk.h>

#include "../kheaders/blob.h"
#include "kbtf.h"

/*
 * Where they are, to be read from memory: for a weak symbol's address the compiler
 * would go to a global offset table, which modules on arm64 do not have.
 */
static const char *kbtf_range[] __ro_after_init = {
	_binary__btf_kernel_bin_start, _binary__btf_kernel_bin_end
};

static const char *kbtf_notes_range[] __ro_after_init = {
	kbtf_notes, kbtf_notes_end
};

static struct kobject *kbtf_kobj __ro_after_init;
static struct blob_attribute kbtf_vmlinux __ro_after_init;
static struct blob_attribute kbtf_kernel __ro_after_init;

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
		pr_err("this BTF is of another build of the kernel\n");
	else if (err)
		pr_err("cannot tell whether this BTF is of this kernel: %pe\n",
		       ERR_PTR(err));
	return err;
}

static int __init kbtf_init(void)
{
	const char *data = READ_ONCE(kbtf_range[0]);
	const char *end = READ_ONCE(kbtf_range[1]);
	int err;

	/* First: to a kernel that has BTF it does not matter what ours is. */
	if (blob_name_taken(kernel_kobj, "btf"))
		return -EEXIST;

	err = kbtf_validate(data, end);
	if (err)
		return err;

	kbtf_kobj = kobject_create_and_add("btf", kernel_kobj);
	if (!kbtf_kobj)
		return -ENOMEM;

	/* libbpf looks for vmlinux. */
	err = blob_attr_create(&kbtf_vmlinux, kbtf_kobj, "vmlinux",
			       data, end - data);
	if (err)
		goto err_put_kobj;

	err = blob_attr_create(&kbtf_kernel, kbtf_kobj, "kernel",
			       data, end - data);
	if (err)
		goto err_remove_vmlinux;

	return 0;

err_remove_vmlinux:
	blob_attr_remove(&kbtf_vmlinux);
err_put_kobj:
	kobject_put(kbtf_kobj);
	return err;
}

static void __exit kbtf_exit(void)
{
	blob_attr_remove(&kbtf_kernel);
	blob_attr_remove(&kbtf_vmlinux);
	kobject_put(kbtf_kobj);
}

module_init(kbtf_init);
module_exit(kbtf_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("The kernel's types as /sys/kernel/btf/vmlinux");
