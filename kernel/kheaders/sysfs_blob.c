// SPDX-License-Identifier: GPL-2.0-only
/*
 * Constant data of the kernel image or of a module as a file in sysfs. A read()
 * returns at most one page; mmap() maps as many as the caller wants.
 */
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kconfig.h>
#include <linux/kernel.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pfn.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#include <asm/sections.h>

#include "kheaders_compat.h"
#include "sysfs_blob.h"

static ssize_t sysfs_blob_read(struct file *file, struct kobject *kobj,
			       BIN_ATTR_READ_ARG attr, char *buf, loff_t pos,
			       size_t count)
{
	struct sysfs_blob *blob = container_of(attr, struct sysfs_blob, attr);

	return memory_read_from_buffer(buf, count, &pos, blob->data,
				       attr->size);
}

/*
 * Whether sysfs_blob_page() can find the data's pages. UML backs user memory with
 * a file that the kernel image is not in.
 */
static bool sysfs_blob_can_map(const void *data, size_t size)
{
#ifdef MODULE
	return within_module((unsigned long)data, THIS_MODULE);
#else
	return !IS_ENABLED(CONFIG_UML) &&
	       memory_contains(__start_rodata, __end_rodata, (void *)data, size);
#endif
}

static struct page *sysfs_blob_page(const struct sysfs_blob *blob,
				    unsigned long index)
{
	const void *addr = blob->data + (index << PAGE_SHIFT);

	if (__is_defined(MODULE))
		return vmalloc_to_page(addr);
	return pfn_to_page(PHYS_PFN(__pa_symbol(addr)));
}

static int sysfs_blob_check_range(const struct sysfs_blob *blob,
				  unsigned long first, unsigned long count)
{
	unsigned long pages = PFN_UP(blob->attr.size);

	if (first >= pages || count > pages - first)
		return -EINVAL;

	return 0;
}

/*
 * The page is mapped here, as sysfs removes no file while this runs. A page that
 * is returned gets locked and mapped later: the module could be unloaded then,
 * and the page be freed while it is still locked.
 */
static vm_fault_t sysfs_blob_fault(struct vm_fault *vmf)
{
	const struct sysfs_blob *blob = vmf->vma->vm_private_data;

	if (sysfs_blob_check_range(blob, vmf->pgoff, 1))
		return VM_FAULT_SIGBUS;

	return vmf_insert_page(vmf->vma, vmf->address,
			       sysfs_blob_page(blob, vmf->pgoff));
}

static const struct vm_operations_struct sysfs_blob_vm_ops = {
	.fault	= sysfs_blob_fault,
};

/*
 * A mapping does not keep the module loaded. sysfs removes mappings together with
 * the file, but misses one that is being set up just then. Pages with a
 * reference of their own survive the module; bare page frames would be given to
 * the next user of that memory while still mapped.
 */
static int sysfs_blob_mmap(struct file *file, struct kobject *kobj,
			   BIN_ATTR_MMAP_ARG attr, struct vm_area_struct *vma)
{
	struct sysfs_blob *blob = container_of(attr, struct sysfs_blob, attr);
	unsigned long i;
	int err;

	if (vma->vm_flags & (VM_WRITE | VM_EXEC))
		return -EACCES;

	err = sysfs_blob_check_range(blob, vma->vm_pgoff, vma_pages(vma));
	if (err)
		return err;

	sysfs_blob_flags_mod(vma, VM_DONTEXPAND | VM_DONTDUMP,
			     VM_MAYWRITE | VM_MAYEXEC);

	/* Map all pages now: sysfs cannot map more than one per fault. */
	for (i = 0; i < vma_pages(vma); i++) {
		err = vm_insert_page(vma, vma->vm_start + (i << PAGE_SHIFT),
				     sysfs_blob_page(blob, vma->vm_pgoff + i));
		if (err)
			return err;
	}

	vma->vm_private_data = blob;
	vma->vm_ops = &sysfs_blob_vm_ops;
	return 0;
}

/**
 * sysfs_blob_exists() - check whether a name exists in a directory
 * @parent: a directory in sysfs
 * @name: of a file or directory
 *
 * To create a name that exists is a bug to sysfs, which dumps the stack then.
 *
 * Return: true if it exists
 */
bool sysfs_blob_exists(struct kobject *parent, const char *name)
{
	struct kernfs_node *kn = kernfs_find_and_get(parent->sd, name);

	kernfs_put(kn);
	return kn;
}

/**
 * sysfs_blob_create() - publish constant data as a file in sysfs
 * @blob: initialized here; the caller keeps it until sysfs_blob_remove()
 * @parent: the directory for the file
 * @name: the file's name
 * @data: see &struct sysfs_blob
 * @size: the data's exact size in bytes
 *
 * The file can be mapped if the data is in the caller's module or, built in, in
 * the kernel's read-only data.
 *
 * Return: 0, -EINVAL if there is no data or it is not page-aligned, -EEXIST if
 * @parent has that name already, or another error of sysfs_create_bin_file()
 */
int sysfs_blob_create(struct sysfs_blob *blob, struct kobject *parent,
		      const char *name, const void *data, size_t size)
{
	if (!size || !PAGE_ALIGNED(data))
		return -EINVAL;

	if (sysfs_blob_exists(parent, name))
		return -EEXIST;

	*blob = (struct sysfs_blob) {
		.attr = {
			.attr = { .name = name, .mode = 0444 },
			.size = size,
			.read = sysfs_blob_read,
		},
		.parent = parent,
		.data = data,
	};
	sysfs_bin_attr_init(&blob->attr);
	if (sysfs_blob_can_map(data, size))
		blob->attr.mmap = sysfs_blob_mmap;

	return sysfs_create_bin_file(parent, &blob->attr);
}

/**
 * sysfs_blob_remove() - remove the file
 * @blob: as initialized by sysfs_blob_create()
 *
 * Waits for reads that are running. Mappings fault from now on.
 */
void sysfs_blob_remove(struct sysfs_blob *blob)
{
	sysfs_remove_bin_file(blob->parent, &blob->attr);
}
