// SPDX-License-Identifier: GPL-2.0-only
/*
 * Constant data that is part of the kernel or of a module, as a file in sysfs
 * that can be read and mapped. Reading gives one page per call, a mapping all.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernfs.h>
#include <linux/kernel.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/pfn.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "blob.h"
#include "kheaders_compat.h"

static ssize_t blob_read(struct file *file, struct kobject *kobj,
			 BIN_ATTR_READ_ARG attr, char *buf, loff_t pos,
			 size_t count)
{
	struct blob_attribute *blob = container_of(attr, struct blob_attribute,
						   attr);

	return memory_read_from_buffer(buf, count, &pos, blob->data,
				       attr->size);
}

#ifdef MODULE
/*
 * A mapping does not keep the module loaded. sysfs takes mappings away when
 * the file is removed, but misses one that is being set up just then. Pages
 * with a reference of their own survive the module; bare page frames would be
 * given to the next user of that memory while still mapped.
 */
static vm_fault_t blob_fault(struct vm_fault *vmf)
{
	const struct blob_attribute *blob = vmf->vma->vm_private_data;

	if (blob_check_range(blob->attr.size, vmf->pgoff, 1))
		return VM_FAULT_SIGBUS;

	vmf->page = vmalloc_to_page(blob->data + (vmf->pgoff << PAGE_SHIFT));
	get_page(vmf->page);
	return 0;
}

static const struct vm_operations_struct blob_vm_ops = {
	.fault	= blob_fault,
};

static int blob_map(struct blob_attribute *blob, struct vm_area_struct *vma)
{
	const void *data = blob->data + (vma->vm_pgoff << PAGE_SHIFT);
	unsigned long addr;
	int err;

	/* All pages now: sysfs cannot map more than one page per fault. */
	for (addr = vma->vm_start; addr < vma->vm_end; addr += PAGE_SIZE) {
		err = vm_insert_page(vma, addr, vmalloc_to_page(data));
		if (err)
			return err;
		data += PAGE_SIZE;
	}

	vma->vm_private_data = blob;
	vma->vm_ops = &blob_vm_ops;
	return 0;
}
#else
static int blob_map(struct blob_attribute *blob, struct vm_area_struct *vma)
{
	unsigned long pfn = PHYS_PFN(__pa_symbol(blob->data)) + vma->vm_pgoff;

	return remap_pfn_range(vma, vma->vm_start, pfn,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}
#endif /* MODULE */

static int blob_mmap(struct file *file, struct kobject *kobj,
		     BIN_ATTR_MMAP_ARG attr, struct vm_area_struct *vma)
{
	struct blob_attribute *blob = container_of(attr, struct blob_attribute,
						   attr);
	int err;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EACCES;

	err = blob_check_range(attr->size, vma->vm_pgoff, vma_pages(vma));
	if (err)
		return err;

	blob_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP,
		       VM_MAYWRITE | VM_MAYEXEC);
	return blob_map(blob, vma);
}

/**
 * blob_check_range() - validate a range of pages of a blob
 * @size: the blob's size in bytes
 * @first: number of the first page
 * @count: how many pages
 *
 * Return: 0, or -EINVAL if any of the pages is behind the blob's last one.
 */
int blob_check_range(size_t size, unsigned long first, unsigned long count)
{
	unsigned long pages = PFN_UP(size);

	if (first >= pages || count > pages - first)
		return -EINVAL;

	return 0;
}

/**
 * blob_name_taken() - ask before sysfs does, which answers with a stack dump
 * @parent: a directory in sysfs
 * @name: of a file or directory
 *
 * Return: does @parent have that name already? If so, there is a line in the log.
 */
bool blob_name_taken(struct kobject *parent, const char *name)
{
	struct kernfs_node *kn = kernfs_find_and_get(parent->sd, name);

	if (!kn)
		return false;

	kernfs_put(kn);
	pr_err("%s exists already: this kernel or another module provides it\n",
	       name);
	return true;
}

/**
 * blob_attr_create() - show constant data as a file in sysfs
 * @blob: filled in here, the caller keeps it until blob_attr_remove()
 * @parent: the directory for the file
 * @name: the file's name
 * @data: see &struct blob_attribute
 * @size: the data's exact size
 *
 * Return: 0, -EEXIST (and a line in the log) if @parent has that name already,
 * or another error of sysfs.
 */
int blob_attr_create(struct blob_attribute *blob, struct kobject *parent,
		     const char *name, const void *data, size_t size)
{
	if (!size || !PAGE_ALIGNED(data))
		return -EINVAL;

	sysfs_bin_attr_init(&blob->attr);
	blob->attr.attr.name = name;
	blob->attr.attr.mode = 0444;
	blob->attr.size = size;
	blob->attr.read = blob_read;
	blob->attr.mmap = blob_mmap;
	blob->parent = parent;
	blob->data = data;

	if (blob_name_taken(parent, name))
		return -EEXIST;

	return sysfs_create_bin_file(parent, &blob->attr);
}

/**
 * blob_attr_remove() - take the file away again
 * @blob: as given to blob_attr_create()
 *
 * Waits for reads under way. Mappings fault from now on.
 */
void blob_attr_remove(struct blob_attribute *blob)
{
	sysfs_remove_bin_file(blob->parent, &blob->attr);
}
