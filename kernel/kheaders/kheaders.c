// SPDX-License-Identifier: GPL-2.0-only
/*
 * Provide the headers that the running kernel was built with, as a compressed
 * archive in sysfs: BPF programs and modules can be compiled for exactly this
 * kernel, whatever packages are installed.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/kconfig.h>
#include <linux/kobject.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/proc_fs.h>
#include <linux/string.h>

#include "kheaders.h"
#include "kheaders_compat.h"
#include "sysfs_blob.h"

#define MARKER_SIZE	8

/* Stream header, index without records, and stream footer. */
#define XZ_SIZE_MIN	32

/*
 * Load these addresses from memory: compilers reach weak symbols through the GOT,
 * which modules on arm64 do not support.
 */
static const char *kheaders_range[] __ro_after_init = {
	kheaders_data, kheaders_data_end
};

static struct sysfs_blob kheaders_blob __ro_after_init;

/* Sanity-check an embedded archive before it is published. */
static int kheaders_check(const char *data, const char *end)
{
	static const char marker_start[MARKER_SIZE] = "IKHD_ST";
	static const char marker_end[MARKER_SIZE] = "IKHD_ED";
	static const char xz_header[] = { '\xfd', '7', 'z', 'X', 'Z', '\0' };
	static const char xz_footer[] = { 'Y', 'Z' };

	/* A size of 0 would mean "unknown" to sysfs, which then checks no bounds. */
	if (end <= data)
		return -ENODATA;

	if (memcmp(data - MARKER_SIZE, marker_start, MARKER_SIZE) ||
	    memcmp(end, marker_end, MARKER_SIZE))
		return -EINVAL;

	if (end - data < XZ_SIZE_MIN ||
	    memcmp(data, xz_header, sizeof(xz_header)) ||
	    memcmp(end - sizeof(xz_footer), xz_footer, sizeof(xz_footer)))
		return -EBADMSG;

	return 0;
}

/**
 * kheaders_create() - publish an archive as kheaders.tar.xz
 * @blob: for sysfs_blob_create(); sysfs_blob_remove() removes the file
 * @parent: the directory for the file
 * @data: the archive's first byte, which follows the start marker
 * @end: the byte after its last one, where the end marker begins
 *
 * Return: 0, -ENODATA if the archive is empty, -EINVAL if it is not enclosed in
 * its markers, -EBADMSG if it does not begin and end as an xz file does, or an
 * error of sysfs_blob_create(). Errors are logged.
 */
int kheaders_create(struct sysfs_blob *blob, struct kobject *parent,
		    const char *data, const char *end)
{
	int err;

	err = kheaders_check(data, end);
	if (err) {
		pr_err("empty or damaged archive: %pe\n", ERR_PTR(err));
		return err;
	}

	err = sysfs_blob_create(blob, parent, KHEADERS_NAME, data, end - data);
	if (err == -EEXIST)
		pr_err("%s exists already: this kernel or another module provides it\n",
		       KHEADERS_NAME);
	else if (err)
		pr_err("cannot create %s: %pe\n", KHEADERS_NAME, ERR_PTR(err));

	return err;
}

#if IS_MODULE(CONFIG_IKHEADERS_KUNIT_TEST)
EXPORT_SYMBOL_GPL(kheaders_create);
#endif

static ssize_t kheaders_proc_read(struct file *file, char __user *buf,
				  size_t count, loff_t *pos)
{
	return simple_read_from_buffer(buf, count, pos, kheaders_blob.data,
				       kheaders_blob.attr.size);
}

static const struct proc_ops kheaders_proc_ops = {
	.proc_read	= kheaders_proc_read,
	.proc_lseek	= default_llseek,
};

static int __init kheaders_proc_create(void)
{
	struct proc_dir_entry *entry;

	entry = proc_create(KHEADERS_NAME, 0444, NULL, &kheaders_proc_ops);
	if (!entry)
		return -ENOMEM;

	proc_set_size(entry, kheaders_blob.attr.size);
	return 0;
}

static int __init kheaders_init(void)
{
	const char *data = READ_ONCE(kheaders_range[0]);
	const char *end = READ_ONCE(kheaders_range[1]);
	int err;

	err = kheaders_create(&kheaders_blob, kernel_kobj, data, end);
	if (err)
		return err;

	if (IS_ENABLED(CONFIG_IKHEADERS_PROC)) {
		err = kheaders_proc_create();
		if (err)
			goto err_remove_blob;
	}

	return 0;

err_remove_blob:
	sysfs_blob_remove(&kheaders_blob);
	return err;
}

static void __exit kheaders_exit(void)
{
	if (IS_ENABLED(CONFIG_IKHEADERS_PROC))
		remove_proc_entry(KHEADERS_NAME, NULL);
	sysfs_blob_remove(&kheaders_blob);
}

module_init(kheaders_init);
module_exit(kheaders_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("The kernel's headers as /sys/kernel/kheaders.tar.xz");
