// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of kernel/kheaders: the archive that the kernel carries, the file
 * in sysfs that shows it, and what becomes of damaged archives.
 *
 * Built in, the suite runs before anything is mounted: it goes to the file
 * through kernfs.
 */
#include <kunit/test.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/kernfs.h>
#include <linux/kobject.h>
#include <linux/limits.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/stat.h>
#include <linux/string.h>
#include <linux/sysfs.h>

#include "../../kernel/kheaders/blob.h"
#include "../../kernel/kheaders/kheaders.h"

/* Of the file format, as specified; not taken from the code under test. */
#define MARKER_SIZE	8
#define XZ_MIN_SIZE	32
#define XZ_HEADER	"\3757zXZ\0\0\1"
#define XZ_FOOTER	"\0\1YZ"
#define START_MARKER	"IKHD_ST"
#define END_MARKER	"IKHD_ED"

/* Of the archive made up here: neither a page nor a multiple of anything. */
#define MADE_UP_SIZE	(PAGE_SIZE + 1001)

struct fixture {
	struct kernfs_node *kn;		/* the kernel's own file */
	struct blob_attribute *real;	/* what is behind it */
	struct kobject *dir;		/* a directory for more such files */
	struct blob_attribute made_up;
	bool created;
	char *data;			/* an archive made up, MADE_UP_SIZE */
	char *buf;			/* two pages */
};

static ssize_t read_blob(struct blob_attribute *blob, char *buf, loff_t pos,
			 size_t count)
{
	return blob->attr.read(NULL, blob->parent, &blob->attr, buf, pos, count);
}

static int create(struct fixture *fix, const char *data, const char *end)
{
	int err = kheaders_attr_create(&fix->made_up, fix->dir, data, end);

	fix->created = !err;
	return err;
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
	fix->real = container_of(fix->kn->priv, struct blob_attribute, attr);
	return 0;
}

static void kheaders_test_exit(struct kunit *test)
{
	struct fixture *fix = test->priv;

	if (!fix)
		return;
	if (fix->created)
		sysfs_remove_bin_file(fix->dir, &fix->made_up.attr);
	kernfs_put(fix->kn);
	kobject_put(fix->dir);
}

static void file_is_published(struct kunit *test)
{
	struct fixture *fix = test->priv;

	KUNIT_EXPECT_EQ(test, (int)fix->kn->mode, S_IFREG | 0444);
	KUNIT_EXPECT_GT(test, (long)fix->kn->attr.size, (long)XZ_MIN_SIZE);
	KUNIT_EXPECT_EQ(test, (long)fix->kn->attr.size,
			(long)fix->real->attr.size);
}

/* That the end marker begins where the size says proves the size, too. */
static void markers_enclose_archive(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const char *data = fix->real->data;

	KUNIT_EXPECT_EQ(test, memcmp(data - MARKER_SIZE, START_MARKER,
				     MARKER_SIZE), 0);
	KUNIT_EXPECT_EQ(test, memcmp(data + fix->kn->attr.size, END_MARKER,
				     MARKER_SIZE), 0);
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

static void archive_is_xz(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const char *data = fix->real->data;
	const char *end = data + fix->kn->attr.size;

	KUNIT_EXPECT_EQ(test, memcmp(data, XZ_HEADER, 6), 0);
	KUNIT_EXPECT_EQ(test, memcmp(end - 2, "YZ", 2), 0);
	/* A footer repeats the flags of its stream's header. */
	KUNIT_EXPECT_EQ(test, memcmp(end - 4, data + 6, 2), 0);
	KUNIT_EXPECT_EQ(test, (int)(fix->kn->attr.size % 4), 0);
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
	{ "on the page behind", 2 * PAGE_SIZE, PAGE_SIZE, 0 },
	{ "as far as can be", LLONG_MAX, PAGE_SIZE, 0 },
	{ "nothing, at the start", 0, 0, 0 },
	{ "nothing, at the end", MADE_UP_SIZE, 0, 0 },
	{ "in the start marker", -1, 1, -EINVAL },
	{ "as far before as can be", LLONG_MIN, 1, -EINVAL },
};

static void read_gives_what_is_there(struct kunit *test)
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

/* Only what is refused: a mapping that is granted wants a process to be in. */
static const struct map_case {
	const char *reason;
	unsigned long first, pages;
	unsigned long flags;
	int want;
} map_cases[] = {
	{ "one page too many", 0, 3, VM_READ, -EINVAL },
	{ "from the last page on", 1, 2, VM_READ, -EINVAL },
	{ "behind the last page", 2, 1, VM_READ, -EINVAL },
	{ "the sum is too big for its type", ULONG_MAX, 2, VM_READ, -EINVAL },
	{ "as far as can be", ULONG_MAX, 1, VM_READ, -EINVAL },
	{ "to write", 0, 1, VM_READ | VM_WRITE, -EACCES },
	{ "to execute", 0, 1, VM_READ | VM_EXEC, -EACCES },
};

static void mmap_refuses_what_must_not_be(struct kunit *test)
{
	struct fixture *fix = test->priv;
	const struct map_case *c;

	KUNIT_ASSERT_EQ(test, create(fix, fix->data, fix->data + MADE_UP_SIZE),
			0);
	for (c = map_cases; c < map_cases + ARRAY_SIZE(map_cases); c++) {
		struct blob_attribute *blob = &fix->made_up;
		struct vm_area_struct vma = {
			.vm_start = PAGE_SIZE,
			.vm_end = (1 + c->pages) * PAGE_SIZE,
			.vm_pgoff = c->first,
			.vm_flags = c->flags,
		};

		KUNIT_EXPECT_EQ_MSG(test, c->want,
				    blob->attr.mmap(NULL, blob->parent,
						    &blob->attr, &vma),
				    "%s", c->reason);
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
	struct blob_attribute *second;
	struct kernfs_node *kn;

	second = kunit_kzalloc(test, sizeof(*second), GFP_KERNEL);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, second);
	KUNIT_ASSERT_EQ(test, create(fix, fix->data, fix->data + MADE_UP_SIZE),
			0);
	KUNIT_EXPECT_EQ(test, kheaders_attr_create(second, fix->dir, fix->data,
						   fix->data + MADE_UP_SIZE),
			-EEXIST);

	kn = kernfs_find_and_get(fix->dir->sd, KHEADERS_NAME);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, kn);
	KUNIT_EXPECT_PTR_EQ(test, kn->priv, (void *)&fix->made_up.attr);
	kernfs_put(kn);
}

static struct kunit_case kheaders_test_cases[] = {
	KUNIT_CASE(file_is_published),
	KUNIT_CASE(markers_enclose_archive),
	KUNIT_CASE(archive_has_pages_of_its_own),
	KUNIT_CASE(archive_is_xz),
	KUNIT_CASE(archive_is_read_in_full),
	KUNIT_CASE(read_gives_what_is_there),
	KUNIT_CASE(mmap_refuses_what_must_not_be),
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
