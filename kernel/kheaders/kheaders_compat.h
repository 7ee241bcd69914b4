/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between Linux 5.10 and now, told apart by the types of the kernel
 * at hand and not by its version, which says nothing about backports.
 */
#ifndef _KHEADERS_COMPAT_H
#define _KHEADERS_COMPAT_H

#include <linux/compiler.h>
#include <linux/mm.h>
#include <linux/proc_fs.h>
#include <linux/sysfs.h>

/*
 * The attribute that the callbacks of a bin_attribute are given became const,
 * for one callback after the other. A parameter of the type that fits spares a
 * cast of the function, which control-flow integrity would trap.
 */
#define BIN_ATTR_ARG(is_const)						\
	typeof(__builtin_choose_expr(is_const,				\
				     (const struct bin_attribute *)0,	\
				     (struct bin_attribute *)0))

#define BIN_ATTR_READ_ARG						\
	BIN_ATTR_ARG(__same_type(((const struct bin_attribute *)0)->read, \
		ssize_t (*)(struct file *, struct kobject *,		\
			    const struct bin_attribute *,		\
			    char *, loff_t, size_t)))

#define BIN_ATTR_MMAP_ARG						\
	BIN_ATTR_ARG(__same_type(((const struct bin_attribute *)0)->mmap, \
		int (*)(struct file *, struct kobject *,		\
			const struct bin_attribute *,			\
			struct vm_area_struct *)))

/*
 * vm_flags_mod() came when the flags of a VMA became const. The declaration
 * names it where it does not exist and is not called.
 */
void vm_flags_mod(struct vm_area_struct *vma, vm_flags_t set,
		  vm_flags_t clear);

static inline void vm_flags_mod_plain(struct vm_area_struct *vma,
				      vm_flags_t set, vm_flags_t clear)
{
	vm_flags_t *flags = (vm_flags_t *)&vma->vm_flags;

	*flags = (*flags | set) & ~clear;
}

static inline void sysfs_blob_flags_mod(struct vm_area_struct *vma,
					vm_flags_t set, vm_flags_t clear)
{
	__builtin_choose_expr(__same_type(&vma->vm_flags, vm_flags_t *),
			      vm_flags_mod_plain,
			      vm_flags_mod)(vma, set, clear);
}

/*
 * Where there is no /proc, this was a macro that left its arguments unused, of which
 * the compiler warns.
 */
#ifdef proc_create
#undef proc_create
static inline struct proc_dir_entry *
proc_create(const char *name, umode_t mode, struct proc_dir_entry *parent,
	    const struct proc_ops *proc_ops)
{
	return NULL;
}
#endif

#endif /* _KHEADERS_COMPAT_H */
