// SPDX-License-Identifier: GPL-2.0-only
/*
 * KUnit tests of what kernel/kbtf refuses: damaged BTF, and that of another kernel.
 * How files show it is tested in kheaders_test.c. What is tested is included, as
 * kbuild lets an object file be part of one module only, and kbtf is one.
 */
#include <kunit/test.h>
#include <linux/build_bug.h>
#include <linux/elf.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/string.h>
#include <uapi/linux/btf.h>

#include "kunit_compat.h"
#include "../../kernel/kbtf/check.c"
#include "../../kernel/kbtf/build_id.c"

/* As Documentation/bpf/btf.rst specifies the format. */
#define MAGIC		0xeb9f
#define HEADER_LEN	24
#define TYPES		64
#define STRINGS		"\0int\0long"	/* and the last NUL */
#define STRINGS_LEN	10
#define SIZE		(HEADER_LEN + TYPES + STRINGS_LEN)

/* Room for a header with a field more. */
static u8 btf[SIZE + 8] __aligned(4);

static void make_btf(u32 header_len)
{
	struct btf_header *header = (struct btf_header *)btf;

	memset(btf, 0, sizeof(btf));
	header->magic = MAGIC;
	header->version = 1;
	header->hdr_len = header_len;
	header->type_off = 0;
	header->type_len = TYPES;
	header->str_off = TYPES;
	header->str_len = STRINGS_LEN;
	memset(btf + header_len, 0x55, TYPES);
	memcpy(btf + header_len + TYPES, STRINGS, STRINGS_LEN);
}

static void btf_is_accepted(struct kunit *test)
{
	BUILD_BUG_ON(sizeof(STRINGS) != STRINGS_LEN);
	make_btf(HEADER_LEN);
	KUNIT_EXPECT_EQ(test, kbtf_check(btf, SIZE), 0);
	/* What may follow is not looked at. */
	KUNIT_EXPECT_EQ(test, kbtf_check(btf, SIZE + 1), 0);
}

static void longer_header_is_accepted(struct kunit *test)
{
	make_btf(HEADER_LEN + 8);
	KUNIT_EXPECT_EQ(test, kbtf_check(btf, SIZE + 8), 0);
}

/* Everything is in place, but the header has no room for its last field. */
static void shorter_header_is_refused(struct kunit *test)
{
	make_btf(HEADER_LEN - 4);
	((struct btf_header *)btf)->str_len = STRINGS_LEN;
	KUNIT_EXPECT_EQ(test, kbtf_check(btf, SIZE - 4), -EBADMSG);
}

/* In memory of just that size, for KASAN to see whether more is read. */
static void truncated_btf_is_refused(struct kunit *test)
{
	size_t size;
	u8 *copy;

	make_btf(HEADER_LEN);
	KUNIT_EXPECT_EQ(test, kbtf_check(btf, 0), -ENODATA);
	for (size = 1; size < SIZE; size++) {
		copy = kunit_kzalloc(test, size, GFP_KERNEL);
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, copy);
		memcpy(copy, btf, size);
		KUNIT_EXPECT_EQ_MSG(test, kbtf_check(copy, size), -EBADMSG,
				    "%zu bytes", size);
	}
}

/* What may be wrong with BTF: a few bytes of it. */
static const struct damage_case {
	const char *reason;
	size_t at, size;
	u32 value;
} damage_cases[] = {
#define AT(name)	offsetof(struct btf_header, name)
	{ "magic", AT(magic), 2, 0xeb9e },
	{ "magic in the other byte order", AT(magic), 2, 0x9feb },
	{ "version 0", AT(version), 1, 0 },
	{ "version 2", AT(version), 1, 2 },
	{ "header too short", AT(hdr_len), 4, HEADER_LEN - 1 },
	{ "header longer than all", AT(hdr_len), 4, SIZE + 1 },
	{ "header as long as can be", AT(hdr_len), 4, U32_MAX },
	{ "nothing after the header", AT(hdr_len), 4, SIZE },
	{ "no types", AT(type_len), 4, 0 },
	{ "types at an odd place", AT(type_off), 4, 2 },
	{ "types after the end", AT(type_off), 4, TYPES + STRINGS_LEN + 2 },
	{ "types far away", AT(type_off), 4, U32_MAX - 3 },
	{ "types to after the end", AT(type_len), 4, TYPES + STRINGS_LEN + 1 },
	{ "types as long as can be", AT(type_len), 4, U32_MAX },
	{ "no strings", AT(str_len), 4, 0 },
	{ "strings after the end", AT(str_off), 4, TYPES + STRINGS_LEN + 1 },
	{ "strings far away", AT(str_off), 4, U32_MAX },
	{ "strings to after the end", AT(str_len), 4, STRINGS_LEN + 1 },
	{ "strings as long as can be", AT(str_len), 4, U32_MAX },
	{ "strings do not begin with the empty one", HEADER_LEN + TYPES, 1, 1 },
	{ "the last string has no end", SIZE - 1, 1, 1 },
};

static void damaged_btf_is_refused(struct kunit *test)
{
	const struct damage_case *c;

	for (c = damage_cases; c < damage_cases + ARRAY_SIZE(damage_cases);
	     c++) {
		u16 half = c->value;
		u8 byte = c->value;

		make_btf(HEADER_LEN);
		switch (c->size) {
		case 1:
			memcpy(btf + c->at, &byte, 1);
			break;
		case 2:
			memcpy(btf + c->at, &half, 2);
			break;
		default:
			memcpy(btf + c->at, &c->value, 4);
		}
		KUNIT_EXPECT_EQ_MSG(test, kbtf_check(btf, SIZE), -EBADMSG,
				    "%s", c->reason);
	}
}

/* Notes as a linker lays them out: another one, and the build ID. */
struct notes {
	struct elf32_note other;
	char other_name[8];	/* "Linux", padded */
	char other_desc[4];	/* three bytes, padded */
	struct elf32_note id;
	char id_name[4];
	u8 id_desc[20];
};

static const struct notes good_notes = {
	{ .n_namesz = 6, .n_descsz = 3, .n_type = 3 }, "Linux", "abc",
	{ .n_namesz = 4, .n_descsz = 20, .n_type = 3 }, "GNU", { 1, 2, 3 },
};

static void build_id_is_found(struct kunit *test)
{
	struct build_id id = {};

	KUNIT_ASSERT_EQ(test, find_build_id(&good_notes, sizeof(good_notes),
					    &id), 0);
	KUNIT_EXPECT_EQ(test, (int)id.size, 20);
	KUNIT_EXPECT_PTR_EQ(test, id.data, (const void *)good_notes.id_desc);
}

static void truncated_notes_are_refused(struct kunit *test)
{
	struct build_id id;
	size_t size;

	for (size = 0; size < sizeof(good_notes); size++)
		KUNIT_EXPECT_EQ_MSG(test,
				    find_build_id(&good_notes, size, &id),
				    -ENODATA, "%zu bytes", size);
}

static void damaged_notes_are_refused(struct kunit *test)
{
	struct notes notes;
	struct build_id id;

#define REFUSED(field, value) do {					\
	notes = good_notes;						\
	notes.field = value;						\
	KUNIT_EXPECT_EQ_MSG(test, find_build_id(&notes, sizeof(notes),	\
						&id),			\
			    -ENODATA, #field);				\
} while (0)

	REFUSED(other.n_namesz, U32_MAX);
	REFUSED(other.n_namesz, U32_MAX - 2);
	REFUSED(other.n_descsz, U32_MAX);
	REFUSED(other.n_descsz, U32_MAX - 2);
	REFUSED(other.n_descsz, sizeof(notes));
	REFUSED(id.n_namesz, 3);
	REFUSED(id.n_namesz, 5);
	REFUSED(id.n_descsz, 0);
	REFUSED(id.n_descsz, 21);
	REFUSED(id.n_type, 1);
	REFUSED(id_name[0], 'g');
	REFUSED(id_name[3], '!');
}

static void only_this_kernel_is_accepted(struct kunit *test)
{
	struct build_id id;
	char *notes;
	void *kernel_notes;
	struct elf32_note *note;
	ssize_t size;
	size_t at;

	size = read_kernel_notes(&kernel_notes);
	if (size == -ENODATA) {
		kunit_skip(test, "this kernel was linked without notes");
		return;
	}
	KUNIT_ASSERT_GT(test, (long)size, 0L);
	notes = kunit_kzalloc(test, size, GFP_KERNEL);
	if (notes)
		memcpy(notes, kernel_notes, size);
	kvfree(kernel_notes);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, notes);

	KUNIT_EXPECT_EQ(test, kbtf_check_build_id(notes, size), 0);
	KUNIT_ASSERT_EQ(test, find_build_id(notes, size, &id), 0);
	at = (const char *)id.data - notes;
	notes[at] ^= 1;
	KUNIT_EXPECT_EQ(test, kbtf_check_build_id(notes, size), -ESTALE);
	notes[at] ^= 1;
	note = (struct elf32_note *)(notes + at - sizeof("GNU") - sizeof(*note));
	note->n_descsz = 4;
	KUNIT_EXPECT_EQ(test, kbtf_check_build_id(notes, size), -ESTALE);
	KUNIT_EXPECT_EQ(test, kbtf_check_build_id(&good_notes,
						  sizeof(good_notes)),
			-ESTALE);
	KUNIT_EXPECT_EQ(test, kbtf_check_build_id(NULL, 0), -ENODATA);
}

static struct kunit_case kbtf_test_cases[] = {
	KUNIT_CASE(btf_is_accepted),
	KUNIT_CASE(longer_header_is_accepted),
	KUNIT_CASE(shorter_header_is_refused),
	KUNIT_CASE(truncated_btf_is_refused),
	KUNIT_CASE(damaged_btf_is_refused),
	KUNIT_CASE(build_id_is_found),
	KUNIT_CASE(truncated_notes_are_refused),
	KUNIT_CASE(damaged_notes_are_refused),
	KUNIT_CASE(only_this_kernel_is_accepted),
	{}
};

static struct kunit_suite kbtf_test_suite = {
	.name = "kbtf",
	.test_cases = kbtf_test_cases,
};

kunit_test_suite(kbtf_test_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("KUnit tests of BTF in a module");
