// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of kernel/kheaders: the archive that the kernel carries, the files
 * that it is read and mapped from, and the refusal of damaged archives.
 *
 * Built in, the suite runs before anything is mounted: the file in sysfs is reached
 * through kernfs.
 */
#include <kunit/test.h>
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kconfig.h>
#include <linux/kernel.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/mman.h>
#include <linux/module.h>
#include <linux/mount.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/sysfs.h>
#include <linux/uaccess.h>

#include "kunit_compat.h"
#include "../../kernel/kheaders/kheaders.h"
#include "../../kernel/kheaders/sysfs_blob.h"

/* As the file format specifies; not taken from the code under test. */
#define MARKER_SIZE	8
#define XZ_MIN_SIZE	32
#define XZ_HEADER_SIZE	12
#define XZ_FOOTER_SIZE	12
#define XZ_HEADER	"\3757zXZ\0\0\1"
#define XZ_FOOTER	"\0\1YZ"
#define START_MARKER	"IKHD_ST"
#define END_MARKER	"IKHD_ED"

/* Of the archive made up here: more than a page, and no multiple of anything. */
#define MADE_UP_SIZE	(PAGE_SIZE + 1001)

struct fixture {
	struct kernfs_node *kn;		/* the kernel's own file */
	struct sysfs_blob *real;	/* the archive in it */
	struct kobject *dir;		/* a directory for more such files */
	struct sysfs_blob made_up;
	bool created;
	char *data;			/* an archive made up, MADE_UP_SIZE */
	char *buf;			/* two pages */
};

static ssize_t read_blob(struct sysfs_blob *blob, char *buf, loff_t pos,
			 size_t count)
{
	return blob->attr.read(NULL, blob->parent, &blob->attr, buf, pos, count);
}

static int create(struct fixture *fix, const char *data, const char *end)
{
	int err = kheaders_create(&fix->made_up, fix->dir, data, end);

	fix->created = !err;
	return err;
}

static void remove(struct fixture *fix)
{
	sysfs_remove_bin_file(fix->dir, &fix->made_up.attr);
	fix->created = false;
}

static bool exists(struct kobject *dir)
{
	struct kernfs_node *kn = kernfs_find_and_get(dir->sd, KHEADERS_NAME);

	kernfs_put(kn);
	return kn;
}

static bool all_zero(const char *from, const char *to)
{
	return from == to || !memchr_inv(from, 0, to - from);
}

/* An archive between its markers, with a pattern where xz has its data. */
static void make_up(struct fixture *fix)
{
	char *data = fix->data, *end = data + MADE_UP_SIZE;
	size_t i;

	for (i = 0; i < MADE_UP_SIZE; i++)
		data[i] = 1 + i % 251;
	memcpy(data - MARKER_SIZE, START_MARKER, MARKER_SIZE);
	memcpy(data, XZ_HEADER, sizeof(XZ_HEADER) - 1);
	memcpy(end - (sizeof(XZ_FOOTER) - 1), XZ_FOOTER, sizeof(XZ_FOOTER) - 1);
	memcpy(end, END_MARKER, MARKER_SIZE);
}

static int kheaders_test_init(struct kunit *test)
{
	struct fixture *fix;
	char *pages;

	fix = kunit_kzalloc(test, sizeof(*fix), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fix);
	test->priv = fix;

	/* The marker before, the archive's two pages, and one for its end. */
	pages = kunit_kzalloc(test, 4 * PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, pages);
	KUNIT_ASSERT_TRUE(test, PAGE_ALIGNED(pages));
	fix->data = pages + PAGE_SIZE;
	make_up(fix);

	fix->buf = kunit_kzalloc(test, 2 * PAGE_SIZE, GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fix->buf);

	fix->dir = kobject_create_and_add("kheaders-test", kernel_kobj);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fix->dir);

	fix->kn = kernfs_find_and_get(kernel_kobj->sd, KHEADERS_NAME);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, fix->kn);
	fix->real = container_of(fix->kn->priv, struct sysfs_blob, attr);
	return 0;
}

static void kheaders_test_exit(struct kunit *test)
{
	struct fixture *fix = test->priv;

	if (!fix)
		return;
	if (fix->created)
		remove(fix);
	kernfs_put(fix->kn);
	kobject_put(fix->dir);
}

static void file_is_published(struct kunit *test)
{
	struct fixture *fix = test->priv;

	KUNIT_EXPECT_EQ(test, (int)fix->kn->mode, S_IFREG | 0444);
	KUNIT_EXPECT_GT(test, (long)fix->kn->attr.size, (long)XZ_MIN_SIZE);
}

static void markers_enclose_archive(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const char *data = fix->real->data;

	KUNIT_EXPECT_EQ(test, memcmp(data - MARKER_SIZE, START_MARKER,
				     MARKER_SIZE), 0);
	KUNIT_EXPECT_EQ(test, memcmp(data + fix->kn->attr.size, END_MARKER,
				     MARKER_SIZE), 0);
}

/* A number in an xz index: seven bits per byte, the lowest first. */
static u64 xz_number(const u8 **pos)
{
	unsigned int shift = 0;
	u64 number = 0;
	u8 byte;

	do {
		byte = *(*pos)++;
		number |= (u64)(byte & 0x7f) << shift;
		shift += 7;
	} while (byte & 0x80 && shift < 63);

	return number;
}

/*
 * Where the xz stream begins that ends here, or NULL. Its footer says how long the
 * index before it is, the index how long the blocks before that are.
 */
static const u8 *xz_stream_start(const u8 *data, const u8 *end)
{
	const u8 *footer = end - XZ_FOOTER_SIZE, *size = footer + 4;
	const u8 *index, *pos;
	u64 records, blocks = 0;
	size_t index_size;

	if (end - data < XZ_MIN_SIZE || memcmp(end - 2, "YZ", 2))
		return NULL;

	index_size = (size[0] | size[1] << 8 | size[2] << 16) * 4 + 4;
	if (size[3] || index_size > footer - data - XZ_HEADER_SIZE)
		return NULL;

	index = footer - index_size;
	pos = index;
	if (*pos++)
		return NULL;
	for (records = xz_number(&pos); records && pos < footer; records--) {
		blocks += ALIGN(xz_number(&pos), 4);
		xz_number(&pos);
	}
	if (records || blocks > index - data - XZ_HEADER_SIZE)
		return NULL;

	return index - blocks - XZ_HEADER_SIZE;
}

/* From the end that the file's size gives, streams lead to exactly the first byte. */
static void size_is_that_of_the_streams(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const u8 *data = fix->real->data;
	const u8 *start = data + fix->kn->attr.size;

	do {
		start = xz_stream_start(data, start);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, start);
		KUNIT_ASSERT_EQ(test, memcmp(start, XZ_HEADER, 6), 0);
	} while (start > data);
	KUNIT_EXPECT_PTR_EQ(test, start, data);
}

static void archive_has_pages_of_its_own(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const char *data = fix->real->data;
	const char *end = data + fix->kn->attr.size;

	KUNIT_EXPECT_TRUE(test, PAGE_ALIGNED(data));
	KUNIT_EXPECT_TRUE(test, all_zero(data - PAGE_SIZE, data - MARKER_SIZE));
	KUNIT_EXPECT_TRUE(test, all_zero(end + MARKER_SIZE,
					 PTR_ALIGN(end + MARKER_SIZE,
						   PAGE_SIZE)));
}

static void archive_is_read_in_full(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const char *data = fix->real->data;
	loff_t pos = 0;
	ssize_t n;

	while ((n = read_blob(fix->real, fix->buf, pos, PAGE_SIZE)) > 0) {
		KUNIT_ASSERT_EQ(test, memcmp(fix->buf, data + pos, n), 0);
		pos += n;
	}
	KUNIT_EXPECT_EQ(test, (int)n, 0);
	KUNIT_EXPECT_EQ(test, (long)pos, (long)fix->kn->attr.size);
}

static const struct read_case {
	const char *reason;
	loff_t pos;
	size_t count;
	long want;
} read_cases[] = {
	{ "the first byte", 0, 1, 1 },
	{ "a page", 0, PAGE_SIZE, PAGE_SIZE },
	{ "odd place and length", 333, 77, 77 },
	{ "across a page boundary", PAGE_SIZE - 1, 2, 2 },
	{ "from a page boundary", PAGE_SIZE, 10, 10 },
	{ "the last byte", MADE_UP_SIZE - 1, 1, 1 },
	{ "up to the end", MADE_UP_SIZE - 20, 20, 20 },
	{ "one byte beyond the end", MADE_UP_SIZE - 1, 2, 1 },
	{ "a page that has the end in it", MADE_UP_SIZE - 7, PAGE_SIZE, 7 },
	{ "as much as can be asked for", PAGE_SIZE, SIZE_MAX, 1001 },
	{ "at the end", MADE_UP_SIZE, 1, 0 },
	{ "in the end marker", MADE_UP_SIZE + 1, 1, 0 },
	{ "on the page after", 2 * PAGE_SIZE, PAGE_SIZE, 0 },
	{ "as far as can be", LLONG_MAX, PAGE_SIZE, 0 },
	{ "nothing, at the start", 0, 0, 0 },
	{ "nothing, at the end", MADE_UP_SIZE, 0, 0 },
	{ "in the start marker", -1, 1, -EINVAL },
	{ "as far before as can be", LLONG_MIN, 1, -EINVAL },
};

static void read_returns_what_is_there(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const struct read_case *c;

	KUNIT_ASSERT_EQ(test, create(fix, fix->data, fix->data + MADE_UP_SIZE),
			0);
	for (c = read_cases; c < read_cases + ARRAY_SIZE(read_cases); c++) {
		size_t n = c->want > 0 ? c->want : 0;
		long got;

		memset(fix->buf, 0, 2 * PAGE_SIZE);
		got = read_blob(&fix->made_up, fix->buf, c->pos, c->count);
		KUNIT_EXPECT_EQ_MSG(test, got, c->want, "%s", c->reason);
		KUNIT_EXPECT_EQ_MSG(test, 0,
				    memcmp(fix->buf, fix->data + c->pos, n),
				    "%s: other bytes", c->reason);
		KUNIT_EXPECT_TRUE_MSG(test, all_zero(fix->buf + n, fix->buf +
						     2 * PAGE_SIZE),
				      "%s: writes too much", c->reason);
	}
}

static void mmap_refuses_what_must_not_be(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct sysfs_blob *blob = fix->real;
	unsigned long pages = PFN_UP(fix->kn->attr.size);
	const struct map_case {
		const char *reason;
		unsigned long first, count;
		unsigned long flags;
		int want;
	} cases[] = {
		{ "one page too many", 0, pages + 1, VM_READ, -EINVAL },
		{ "from the last page on", pages - 1, 2, VM_READ, -EINVAL },
		{ "after the last page", pages, 1, VM_READ, -EINVAL },
		{ "a sum that wraps", ULONG_MAX, 2, VM_READ, -EINVAL },
		{ "as far as can be", ULONG_MAX, 1, VM_READ, -EINVAL },
		{ "to write", 0, 1, VM_READ | VM_WRITE, -EACCES },
		{ "to execute", 0, 1, VM_READ | VM_EXEC, -EACCES },
	}, *c;

	if (!blob->attr.mmap) {
		kunit_skip(test, "built into UML, the file cannot be mapped");
		return;
	}

	for (c = cases; c < cases + ARRAY_SIZE(cases); c++) {
		struct vm_area_struct vma = {
			.vm_start = PAGE_SIZE,
			.vm_end = (1 + c->count) * PAGE_SIZE,
			.vm_pgoff = c->first,
			.vm_flags = c->flags,
		};

		KUNIT_EXPECT_EQ_MSG(test, c->want,
				    blob->attr.mmap(NULL, blob->parent,
						    &blob->attr, &vma),
				    "%s", c->reason);
	}
}

/* kmalloc()ed memory is neither the kernel image's nor the module's. */
static void other_memory_cannot_be_mapped(struct kunit *test)
{
	struct fixture *fix = test->priv;

	KUNIT_ASSERT_EQ(test, create(fix, fix->data, fix->data + MADE_UP_SIZE),
			0);
	KUNIT_EXPECT_TRUE(test, !fix->made_up.attr.mmap);
}

#ifdef HAS_KUNIT_VM_MMAP
static int map_real(struct file *file, struct vm_area_struct *vma)
{
	struct sysfs_blob *blob = file->private_data;

	return blob->attr.mmap(file, blob->parent, &blob->attr, vma);
}

static const struct file_operations map_fops = {
	.mmap = map_real,
};

static void mapping_shows_archive(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const char *data = fix->real->data;
	size_t size = PAGE_ALIGN(fix->kn->attr.size), pos;
	unsigned long addr;
	struct file *file;

	if (!fix->real->attr.mmap) {
		kunit_skip(test, "built into UML, the file cannot be mapped");
		return;
	}

	file = anon_inode_getfile("[kheaders]", &map_fops, fix->real, O_RDONLY);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, file);
	addr = kunit_vm_mmap(test, file, 0, size, PROT_READ, MAP_SHARED, 0);
	fput(file);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr) || !addr);

	for (pos = 0; pos < size; pos += PAGE_SIZE) {
		KUNIT_ASSERT_EQ(test, 0UL,
				copy_from_user(fix->buf,
					       (void __user *)(addr + pos),
					       PAGE_SIZE));
		KUNIT_ASSERT_EQ(test, 0, memcmp(fix->buf, data + pos, PAGE_SIZE));
	}
}

static void proc_file_is_read_in_full(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const char *data = fix->real->data;
	struct vfsmount *proc;
	unsigned long addr;
	struct file *file;
	loff_t pos = 0;
	ssize_t n;

	if (!IS_ENABLED(CONFIG_IKHEADERS_PROC)) {
		kunit_skip(test, "there is no file in /proc");
		return;
	}

	addr = kunit_vm_mmap(test, NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_ANONYMOUS | MAP_PRIVATE, 0);
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(addr) || !addr);
	proc = kern_mount(get_fs_type("proc"));
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, proc);
	file = file_open_root_mnt(proc, KHEADERS_NAME, O_RDONLY, 0);
	if (IS_ERR(file)) {
		kern_unmount(proc);
		KUNIT_FAIL(test, "cannot open it: %ld", PTR_ERR(file));
		return;
	}

	KUNIT_EXPECT_EQ(test, (long)i_size_read(file_inode(file)),
			(long)fix->kn->attr.size);
	while ((n = file->f_op->read(file, (char __user *)addr, PAGE_SIZE,
				     &pos)) > 0) {
		KUNIT_EXPECT_EQ(test, 0UL, copy_from_user(fix->buf,
							  (void __user *)addr,
							  n));
		KUNIT_EXPECT_EQ(test, 0, memcmp(fix->buf, data + pos - n, n));
	}
	KUNIT_EXPECT_EQ(test, (long)n, 0L);
	KUNIT_EXPECT_EQ(test, (long)pos, (long)fix->kn->attr.size);
	fput(file);
	kern_unmount(proc);
}
#else
static void mapping_shows_archive(struct kunit *test)
{
	kunit_skip(test, "kunit_vm_mmap() came with Linux 6.11");
}

static void proc_file_is_read_in_full(struct kunit *test)
{
	kunit_skip(test, "kunit_vm_mmap() came with Linux 6.11");
}
#endif

static void file_can_be_created_again(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const char *end = fix->data + MADE_UP_SIZE;
	int i;

	for (i = 0; i < 3; i++) {
		KUNIT_ASSERT_EQ(test, create(fix, fix->data, end), 0);
		KUNIT_EXPECT_TRUE(test, exists(fix->dir));
		KUNIT_EXPECT_EQ(test, 1L,
				(long)read_blob(&fix->made_up, fix->buf, 0, 1));
		remove(fix);
		KUNIT_EXPECT_FALSE(test, exists(fix->dir));
	}
}

static void archive_is_accepted(struct kunit *test)
{
	struct fixture *fix = test->priv;

	KUNIT_EXPECT_FALSE(test, exists(fix->dir));
	KUNIT_EXPECT_EQ(test, create(fix, fix->data, fix->data + MADE_UP_SIZE),
			0);
	KUNIT_EXPECT_TRUE(test, exists(fix->dir));
}

/* What may be wrong with an archive: bytes changed, or the ends misplaced. */
static const struct damage_case {
	const char *reason;
	long at;		/* where a byte is changed; NOTHING */
	long start, end;	/* where it is said to begin and end */
	int want;
} damage_cases[] = {
#define NOTHING	(-1000)
	{ "empty", NOTHING, 0, 0, -ENODATA },
	{ "end before start", NOTHING, 0, -4, -ENODATA },
	{ "start marker", -8, 0, MADE_UP_SIZE, -EINVAL },
	{ "start marker's NUL", -1, 0, MADE_UP_SIZE, -EINVAL },
	{ "end marker", MADE_UP_SIZE, 0, MADE_UP_SIZE, -EINVAL },
	{ "end marker's NUL", MADE_UP_SIZE + 7, 0, MADE_UP_SIZE, -EINVAL },
	{ "starts too late", NOTHING, 4, MADE_UP_SIZE, -EINVAL },
	{ "ends too early", NOTHING, 0, MADE_UP_SIZE - 4, -EINVAL },
	{ "first byte", 0, 0, MADE_UP_SIZE, -EBADMSG },
	{ "end of xz's magic", 5, 0, MADE_UP_SIZE, -EBADMSG },
	{ "last byte", MADE_UP_SIZE - 1, 0, MADE_UP_SIZE, -EBADMSG },
	{ "last byte but one", MADE_UP_SIZE - 2, 0, MADE_UP_SIZE, -EBADMSG },
};

static void damaged_archive_is_refused(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const struct damage_case *c;

	for (c = damage_cases; c < damage_cases + ARRAY_SIZE(damage_cases);
	     c++) {
		make_up(fix);
		if (c->at != NOTHING)
			fix->data[c->at] ^= 0x20;
		KUNIT_ASSERT_EQ_MSG(test, c->want,
				    create(fix, fix->data + c->start,
					   fix->data + c->end),
				    "%s", c->reason);
		KUNIT_EXPECT_FALSE_MSG(test, exists(fix->dir), "%s", c->reason);
	}
}

/* Begins and ends as xz does, but could not hold a stream. */
static void too_short_archive_is_refused(struct kunit *test)
{
	struct fixture *fix = test->priv;
	char *end = fix->data + XZ_MIN_SIZE - 4;

	memcpy(end - 2, "YZ", 2);
	memcpy(end, END_MARKER, MARKER_SIZE);
	KUNIT_EXPECT_EQ(test, create(fix, fix->data, end), -EBADMSG);
	KUNIT_EXPECT_FALSE(test, exists(fix->dir));
}

static void taken_name_is_refused(struct kunit *test)
{
	struct fixture *fix = test->priv;
	struct sysfs_blob *second;
	struct kernfs_node *kn;

	second = kunit_kzalloc(test, sizeof(*second), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, second);
	KUNIT_ASSERT_EQ(test, create(fix, fix->data, fix->data + MADE_UP_SIZE),
			0);
	KUNIT_EXPECT_EQ(test, -EEXIST,
			kheaders_create(second, fix->dir, fix->data,
					fix->data + MADE_UP_SIZE));

	kn = kernfs_find_and_get(fix->dir->sd, KHEADERS_NAME);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, kn);
	KUNIT_EXPECT_PTR_EQ(test, kn->priv, (void *)&fix->made_up.attr);
	kernfs_put(kn);
}

static struct kunit_case kheaders_test_cases[] = {
	KUNIT_CASE(file_is_published),
	KUNIT_CASE(markers_enclose_archive),
	KUNIT_CASE(archive_has_pages_of_its_own),
	KUNIT_CASE(size_is_that_of_the_streams),
	KUNIT_CASE(archive_is_read_in_full),
	KUNIT_CASE(read_returns_what_is_there),
	KUNIT_CASE(mapping_shows_archive),
	KUNIT_CASE(mmap_refuses_what_must_not_be),
	KUNIT_CASE(other_memory_cannot_be_mapped),
	KUNIT_CASE(proc_file_is_read_in_full),
	KUNIT_CASE(file_can_be_created_again),
	KUNIT_CASE(archive_is_accepted),
	KUNIT_CASE(damaged_archive_is_refused),
	KUNIT_CASE(too_short_archive_is_refused),
	KUNIT_CASE(taken_name_is_refused),
	{}
};

static struct kunit_suite kheaders_test_suite = {
	.name = "kheaders",
	.init = kheaders_test_init,
	.exit = kheaders_test_exit,
	.test_cases = kheaders_test_cases,
};

kunit_test_suite(kheaders_test_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of the kernel headers in sysfs");
