// SPDX-License-Identifier: GPL-2.0-only
/*
 * The archive as /proc/kheaders.tar.xz, where old tools look for it.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/proc_fs.h>

#include "kheaders.h"

static const char *kheaders_proc_data __ro_after_init;
static size_t kheaders_proc_size __ro_after_init;

static ssize_t kheaders_proc_read(struct file *file, char __user *buf,
				  size_t count, loff_t *pos)
{
	return simple_read_from_buffer(buf, count, pos, kheaders_proc_data,
				       kheaders_proc_size);
}

static const struct proc_ops kheaders_proc_ops = {
	.proc_read	= kheaders_proc_read,
	.proc_lseek	= default_llseek,
};

int __init kheaders_proc_create(const char *data, size_t size)
{
	struct proc_dir_entry *entry;

	kheaders_proc_data = data;
	kheaders_proc_size = size;
	entry = proc_create(KHEADERS_NAME, 0444, NULL, &kheaders_proc_ops);
	if (!entry)
		return -ENOMEM;

	proc_set_size(entry, size);
	return 0;
}

void kheaders_proc_remove(void)
{
	remove_proc_entry(KHEADERS_NAME, NULL);
}
