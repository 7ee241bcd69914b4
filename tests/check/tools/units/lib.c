// SPDX-License-Identifier: GPL-2.0-only
/* Units of libkheaders that no archive shows one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#undef fail

#include "../../../../tools/kheaders/lib/cache.c"
#include "../../../../tools/kheaders/lib/describe.c"
#include "../../../../tools/kheaders/lib/pread.c"
#include "../../../../tools/kheaders/lib/walk.c"

static struct kheaders *kh;

static int set_up(void **state)
{
	(void)state;
	return kheaders_new(&kh) || !(kh->path = strdup("archive"));
}

static int tear_down(void **state)
{
	(void)state;
	kheaders_free(kh);
	return 0;
}

static void definitions_are_found(void **state)
{
	static const struct {
		const char *text, *value;
	} cases[] = {
		{ "#define NAME \"value\"\n", "value" },
		{ "#define OTHER 1\n#define NAME \"value\"", "value" },
		{ "#define NAME \"\"\n", "" },
		{ "#define NAME value\n", NULL },
		{ "#define NAMES \"value\"\n", NULL },
		{ "#define NAME \"never ends\n", NULL },
		{ " #define NAME \"value\"\n", NULL },
		{ "#define NAME \"value", NULL },
		{ "", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		char *value = defined_string(cases[i].text, "NAME");

		if (cases[i].value)
			assert_string_equal(value, cases[i].value);
		else
			assert_null(value);
		free(value);
	}
}

static void manifest_is_parsed(void **state)
{
	(void)state;
	kh->manifest = strdup("release=6.1.0\nlater=unknown\nprofile=build\nblock=a b*\n"
			      "block=\ndigest=sha256:0=1\n");
	assert_int_equal(parse_manifest(kh), 0);
	assert_string_equal(kh->info.release, "6.1.0");
	assert_string_equal(kh->info.profile, "build");
	assert_string_equal(kh->info.digest, "sha256:0=1");
	assert_int_equal(kh->pattern_count, 2);
	assert_string_equal(kh->patterns[0], "a b*");
}

static void damaged_manifest_is_refused(void **state)
{
	static const char *const texts[] = {
		"nonsense\n", "release=6.1\nnonsense", "release=6.1\033[2J\n", "arch=\x7f\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		kh->manifest = strdup(texts[i]);
		assert_int_equal(parse_manifest(kh), -EBADMSG);
		describe_forget(kh);
	}
}

static void patterns_match_whole_names(void **state)
{
	(void)state;
	assert_true(matches("include/linux/*", "include/linux/a/b.h"));
	assert_true(matches("x include/a.h", "include/a.h"));
	assert_true(matches("include/a.h x", "include/a.h"));
	assert_false(matches("include/a.h", "include/a.h.h"));
	assert_false(matches("include", "include/a.h"));
	assert_false(matches("", "include/a.h"));
}

static void names_are_checked(void **state)
{
	static const struct {
		const char *name;
		int err;
	} cases[] = {
		{ "a", 0 }, { "include/linux/sched.h", 0 }, { "...", 0 }, { "a/..b", 0 },
		{ "", -EBADMSG }, { "/a", -EBADMSG }, { "a/", -EBADMSG }, { "a//b", -EBADMSG },
		{ ".", -EBADMSG }, { "..", -EBADMSG }, { "a/./b", -EBADMSG },
		{ "a/..", -EBADMSG }, { "a\nb", -EBADMSG }, { "a\177b", -EBADMSG },
		{ "1/2/3/4", -E2BIG }, { "12345678901", -E2BIG },
	};
	struct walk w = { .kh = kh };
	size_t i;

	(void)state;
	kh->limits.name_length = 10;
	kh->limits.name_depth = 2;
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		if (strlen(cases[i].name) <= 10 || cases[i].err == -E2BIG)
			assert_int_equal(check_name(&w, cases[i].name), cases[i].err);
}

static void links_are_resolved(void **state)
{
	static const struct {
		const char *name, *link, *target;
	} cases[] = {
		{ "a.h", "b.h", "b.h" },
		{ "d/a.h", "b.h", "d/b.h" },
		{ "d/a.h", "../b.h", "b.h" },
		{ "d/e/a.h", "../f/b.h", "d/f/b.h" },
		{ "d/e/a.h", "../../b.h", "b.h" },
		{ "d/a.h", "../../b.h", NULL },
		{ "a.h", "../b.h", NULL },
		{ "a.h", "/etc/passwd", NULL },
		{ "d/a.h", "x/../b.h", NULL },
		{ "d/a.h", "..", NULL },
		{ "d/a.h", "", NULL },
	};
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct walk w = { .kh = kh };
		int err = resolve_link(&w, cases[i].name, cases[i].link);

		assert_int_equal(err, cases[i].target ? 0 : -EBADMSG);
		if (cases[i].target)
			assert_string_equal(w.link, cases[i].target);
		free(w.link);
	}
}

/* Names come from the archive. */
static void keys_are_file_names(void **state)
{
	static const struct {
		const char *release, *key;
	} cases[] = {
		{ "6.1.0-56-amd64", "6.1.0-56-amd64-0123456789abcdef" },
		{ "../../x", "_._.._x-0123456789abcdef" },
		{ ".hidden", "_hidden-0123456789abcdef" },
		{ "", "-0123456789abcdef" },
		{ "a\nb c", "a_b_c-0123456789abcdef" },
	};
	size_t i;

	(void)state;
	kh->index = lzma_index_init(NULL);
	kh->is_described = true;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct cache cache = { .fd = -1, .lock = -1 };

		kh->info.release = cases[i].release;
		kh->info.digest = "sha256:0123456789abcdef0123456789abcdef";
		assert_int_equal(make_key(kh, &cache), 0);
		assert_string_equal(cache.key, cases[i].key);
		free(cache.key);
	}
}

static void locks_are_told(void **state)
{
	char lock[] = "6.1-0123.lock", hidden[] = ".x.lock", short_one[] = ".lock",
		stamp[] = "6.1-0123.stamp";

	(void)state;
	assert_true(is_lock_name(lock));
	assert_string_equal(lock, "6.1-0123");
	assert_false(is_lock_name(hidden));
	assert_false(is_lock_name(short_one));
	assert_false(is_lock_name(stamp));
}

/* Adds a block of that size as the one that was read last; it has no contents. */
static struct kept_block *keep(uint64_t size)
{
	struct kept_block *block = calloc(1, sizeof(*block));

	block->size = size;
	block->next = kh->kept;
	kh->kept = block;
	return block;
}

static void blocks_are_forgotten_in_turn(void **state)
{
	const struct kept_block *newer;

	(void)state;
	keep(KEPT_SIZE_MAX / 4);
	keep(KEPT_SIZE_MAX / 4);
	newer = keep(KEPT_SIZE_MAX / 4);
	make_room(kh, KEPT_SIZE_MAX / 4);
	assert_non_null(kh->kept->next->next);
	make_room(kh, KEPT_SIZE_MAX / 4 + 1);
	assert_ptr_equal(kh->kept, newer);
	assert_non_null(kh->kept->next);
	assert_null(kh->kept->next->next);
	make_room(kh, KEPT_SIZE_MAX + 1);
	assert_null(kh->kept);
}

static int compare_member(const struct kheaders_member *member, void *data)
{
	struct kheaders *other = data;
	char *contents, *piecemeal = malloc(member->size + 1);
	uint64_t done = 0;
	size_t size;
	ssize_t n;

	assert_non_null(piecemeal);
	assert_int_equal(kheaders_read(other, member->name, &contents, &size), 0);
	assert_int_equal(size, member->size);
	while (done < size) {
		n = kheaders_pread(other, piecemeal + done, size - done < 777 ? size - done : 777,
				   member->offset + done);
		assert_true(n > 0);
		done += n;
	}
	assert_memory_equal(piecemeal, contents, size);
	free(piecemeal);
	free(contents);
	return 0;
}

static void members_are_where_they_are_said_to_be(void **state)
{
	const char *file = getenv("KHEADERS_TEST_ARCHIVE");
	struct kheaders *other;
	char byte;

	(void)state;
	assert_non_null(file);
	assert_int_equal(kheaders_pread(kh, &byte, 1, 0), -EINVAL);
	assert_int_equal(kheaders_open(kh, file), 0);
	assert_int_equal(kheaders_new(&other), 0);
	assert_int_equal(kheaders_open(other, file), 0);
	assert_int_equal(kheaders_for_each(kh, compare_member, other), 0);
	assert_int_equal(kheaders_pread(kh, &byte, 1,
					lzma_index_uncompressed_size(kh->index)), 0);
	kheaders_free(other);
}

#define UNIT(name)	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(definitions_are_found),
		UNIT(manifest_is_parsed),
		UNIT(damaged_manifest_is_refused),
		UNIT(patterns_match_whole_names),
		UNIT(names_are_checked),
		UNIT(links_are_resolved),
		UNIT(keys_are_file_names),
		UNIT(locks_are_told),
		UNIT(blocks_are_forgotten_in_turn),
		UNIT(members_are_where_they_are_said_to_be),
	};

	return cmocka_run_group_tests_name("lib", tests, NULL, NULL);
}
