// SPDX-License-Identifier: GPL-2.0-only
/*
 * The types of one kernel are wrong for any other, even for another build of the
 * same sources. Builds are told apart by the build ID that the linker puts into
 * the notes of each vmlinux.
 */
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/mm.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "kbtf.h"

#define NOTE_NAME	"GNU"
#define NOTE_TYPE	3	/* NT_GNU_BUILD_ID */

struct build_id {
	const void *data;
	size_t size;
};

/* Each name and description is padded to a multiple of four bytes. */
static int find_build_id(const void *notes, size_t size, struct build_id *id)
{
	while (size >= sizeof(struct elf32_note)) {
		const struct elf32_note *note = notes;
		size_t name_size, desc_size;

		size -= sizeof(*note);
		if (note->n_namesz > size || note->n_descsz > size)
			break;
		name_size = ALIGN(note->n_namesz, 4);
		desc_size = ALIGN(note->n_descsz, 4);
		if (name_size > size || desc_size > size - name_size)
			break;
		notes += sizeof(*note);

		if (note->n_type == NOTE_TYPE && note->n_descsz &&
		    note->n_namesz == sizeof(NOTE_NAME) &&
		    !memcmp(notes, NOTE_NAME, sizeof(NOTE_NAME))) {
			id->data = notes + name_size;
			id->size = note->n_descsz;
			return 0;
		}

		notes += name_size + desc_size;
		size -= name_size + desc_size;
	}

	return -ENODATA;
}

/*
 * Get the running kernel's notes the way that /sys/kernel/notes does. The file
 * itself cannot be opened unless sysfs is mounted, and the linker's symbols are
 * not exported.
 */
static ssize_t read_kernel_notes(void **notes)
{
	struct kernfs_node *kn = kernfs_find_and_get(kernel_kobj->sd, "notes");
	struct bin_attribute *attr;
	ssize_t size = -ENODATA;

	if (!kn)
		return size;

	attr = kn->priv;
	if (!attr->size)
		goto out_put;

	*notes = kvmalloc(attr->size, GFP_KERNEL);
	if (!*notes) {
		size = -ENOMEM;
		goto out_put;
	}

	/* Since 6.14 it is the address of the notes that the attribute has. */
	if (attr->private) {
		memcpy(*notes, attr->private, attr->size);
		size = attr->size;
	} else if (attr->read) {
		size = attr->read(NULL, kernel_kobj, attr, *notes, 0,
				  attr->size);
	}
	if (size < 0)
		kvfree(*notes);

out_put:
	kernfs_put(kn);
	return size;
}

/**
 * kbtf_check_build_id() - compare a vmlinux with the running kernel
 * @notes: the ELF notes of that vmlinux
 * @size: their size in bytes
 *
 * Return: 0 if it is the running kernel, -ESTALE if it is another one, -ENODATA if
 * either has no build ID, or -ENOMEM.
 */
int kbtf_check_build_id(const void *notes, size_t size)
{
	struct build_id ours, theirs;
	void *kernel_notes;
	ssize_t kernel_size;
	int err;

	err = find_build_id(notes, size, &ours);
	if (err)
		return err;

	kernel_size = read_kernel_notes(&kernel_notes);
	if (kernel_size < 0)
		return kernel_size;

	err = find_build_id(kernel_notes, kernel_size, &theirs);
	if (!err && (ours.size != theirs.size ||
		     memcmp(ours.data, theirs.data, ours.size)))
		err = -ESTALE;

	kvfree(kernel_notes);
	return err;
}
