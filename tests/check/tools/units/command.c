// SPDX-License-Identifier: GPL-2.0-only
/* Units of the command, and of kheaders-mount: what its file system answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../../../tools/kheaders/cmd/build_tree.c"
#define main	mount_main
#include "../../../../tools/kheaders/mount/mount.c"
#undef main

/* What the file system says comes here, in place of to the kernel. */
static struct {
	int err;
	_Alignas(uint64_t) char buffer[4096];
	size_t size;
	struct stat st;
	struct fuse_entry_param entry;
	struct fuse_file_info file;
} answer;

int fuse_reply_attr(fuse_req_t req, const struct stat *st, double timeout)
{
	(void)req;
	(void)timeout;
	answer.err = 0;
	answer.st = *st;
	return 0;
}

int fuse_reply_buf(fuse_req_t req, const char *buffer, size_t size)
{
	(void)req;
	assert_true(size <= sizeof(answer.buffer));
	answer.err = 0;
	answer.size = size;
	memcpy(answer.buffer, buffer, size);
	return 0;
}

int fuse_reply_entry(fuse_req_t req, const struct fuse_entry_param *entry)
{
	(void)req;
	answer.err = 0;
	answer.entry = *entry;
	return 0;
}

int fuse_reply_err(fuse_req_t req, int err)
{
	(void)req;
	answer.err = err;
	return 0;
}

int fuse_reply_open(fuse_req_t req, const struct fuse_file_info *file)
{
	(void)req;
	answer.err = 0;
	answer.file = *file;
	return 0;
}

static void own_links_are_told(void **state)
{
	static const struct {
		const char *target;
		bool is_ours;
	} cases[] = {
		{ "/var/cache/kheaders/6.1-0123456789abcdef", true },
		{ "/usr/src/linux-headers-6.1", false },
		{ "/var/cache/kheaders/6.1-0123456789abcde", false },
		{ "/var/cache/kheaders/6.1-0123456789abcdef0", false },
		{ "/var/cache/kheaders/6.2-0123456789abcdef", false },
		{ "/var/cache/kheaders/6.1", false },
		{ "6.1-0123456789abcdef", false },
		{ "", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(is_tree_of(cases[i].target, "6.1"), cases[i].is_ours);
}

static void add(const char *name, const char *link)
{
	const struct kheaders_member member = {
		.name = name, .link = link, .size = strlen(name), .offset = node_count,
		.mode = 0644,
	};

	assert_int_equal(add_member(&member, NULL), 0);
}

static int set_up(void **state)
{
	(void)state;
	return add_node("", 0, (struct node) { .mode = S_IFDIR | 0755 });
}

static int tear_down(void **state)
{
	(void)state;
	while (node_count) {
		free(nodes[--node_count].path);
		free(nodes[node_count].link);
	}
	return 0;
}

static fuse_ino_t ino_of(const char *path)
{
	return find_node(path) - nodes + 1;
}

/* As the kernel's struct fuse_direntplus has it: an entry and attributes of 128 bytes first */
struct listed {
	char entry[128];
	uint64_t ino, offset;
	uint32_t length, type;
	char name[];
};

/* The names in a directory, got by answers of no more than a size */
static const char *names_by(const char *path, size_t size)
{
	static char names[1024];
	const struct listed *listed;
	uint64_t offset = 0;
	size_t used;

	*names = '\0';
	do {
		do_readdirplus(NULL, ino_of(path), size, offset, NULL);
		assert_int_equal(answer.err, 0);
		for (used = 0; used < answer.size; used += (sizeof(*listed) + listed->length + 7) / 8 * 8) {
			listed = (const struct listed *)(answer.buffer + used);
			sprintf(names + strlen(names), "%.*s%s ", (int)listed->length, listed->name,
				listed->type == S_IFDIR >> 12 ? "/" : "");
			offset = listed->offset;
		}
	} while (answer.size);
	return names;
}

static const char *names_in(const char *path)
{
	static char all[1024];

	strcpy(all, names_by(path, 4096));
	assert_string_equal(names_by(path, 168), all);
	assert_string_equal(names_by(path, 400), all);
	return all;
}

/* Names that sort before and after a slash, beside a directory that they begin with */
static void directories_are_listed(void **state)
{
	(void)state;
	add("a/x.h", NULL);
	add("a/b/y.h", NULL);
	add("a-b.h", NULL);
	add("a0/z.h", NULL);
	add("a.h", NULL);
	add("a/b/c/z.h", NULL);
	add("z.h", NULL);
	assert_int_equal(index_nodes(), STATUS_OK);
	assert_string_equal(names_in(""), "./ ../ a/ a-b.h a.h a0/ z.h ");
	assert_string_equal(names_in("a"), "./ ../ b/ x.h ");
	assert_string_equal(names_in("a/b"), "./ ../ c/ y.h ");
	assert_string_equal(names_in("a0"), "./ ../ z.h ");
	do_readdirplus(NULL, FUSE_ROOT_ID, 4096, 1ULL << 40, NULL);
	assert_int_equal(answer.size, 0);
	do_readdirplus(NULL, FUSE_ROOT_ID, 4096, -1, NULL);
	assert_int_equal(answer.size, 0);
	do_readdirplus(NULL, node_count + 1, 4096, 0, NULL);
	assert_int_equal(answer.err, ESTALE);
}

/* What getattr says of what lookup finds */
static const struct stat *look_up(const char *directory, const char *name)
{
	do_lookup(NULL, ino_of(directory), name);
	assert_int_equal(answer.err, 0);
	do_getattr(NULL, answer.entry.ino, NULL);
	assert_int_equal(answer.err, 0);
	assert_memory_equal(&answer.st, &answer.entry.attr, sizeof(answer.st));
	return &answer.st;
}

static void attributes_are_given(void **state)
{
	(void)state;
	add("a/x.h", NULL);
	assert_int_equal(index_nodes(), STATUS_OK);
	do_getattr(NULL, FUSE_ROOT_ID, NULL);
	assert_int_equal(answer.st.st_mode, S_IFDIR | 0755);
	assert_int_equal(look_up("", "a")->st_mode, S_IFDIR | 0755);
	assert_int_equal(look_up("a", "x.h")->st_mode, S_IFREG | 0644);
	assert_int_equal(answer.st.st_size, 5);
	do_lookup(NULL, ino_of("a"), "x");
	assert_int_equal(answer.err, 0);
	assert_int_equal(answer.entry.ino, 0);
	do_lookup(NULL, 0, "x");
	assert_int_equal(answer.err, ESTALE);
	do_getattr(NULL, node_count + 1, NULL);
	assert_int_equal(answer.err, ESTALE);
}

/* Nothing of what is opened need be kept; Linux before 5.1 has to be told to cache. */
static void opening_is_left_to_the_kernel(void **state)
{
	struct fuse_conn_info connection = { .capable = FUSE_CAP_NO_OPENDIR_SUPPORT };
	struct fuse_file_info file = { .flags = O_RDONLY };

	(void)state;
	do_init(NULL, &connection);
	do_open(NULL, FUSE_ROOT_ID, &file);
	assert_int_equal(answer.err, ENOSYS);
	connection.capable = 0;
	do_init(NULL, &connection);
	do_open(NULL, FUSE_ROOT_ID, &file);
	assert_int_equal(answer.err, 0);
	assert_true(answer.file.cache_readdir && answer.file.keep_cache);
}

/* Up to its end, and nothing of what comes after it */
static void reading_ends_with_the_file(void **state)
{
	(void)state;
	add("x.h", NULL);
	assert_int_equal(index_nodes(), STATUS_OK);
	answer.size = 1;
	do_read(NULL, ino_of("x.h"), 4096, 3, NULL);
	assert_int_equal(answer.size, 0);
	answer.size = 1;
	do_read(NULL, ino_of("x.h"), 4096, -1, NULL);
	assert_int_equal(answer.size, 0);
	do_read(NULL, node_count + 1, 4096, 0, NULL);
	assert_int_equal(answer.err, ESTALE);
}

static void links_are_copies(void **state)
{
	(void)state;
	add("a.h", "b/c.h");
	add("b/c.h", "real.h");
	add("real.h", NULL);
	assert_int_equal(index_nodes(), STATUS_OK);
	assert_int_equal(look_up("", "a.h")->st_mode, S_IFREG | 0644);
	assert_int_equal(answer.st.st_size, strlen("real.h"));
	assert_int_equal(find_node("a.h")->offset, find_node("real.h")->offset);
}

static void bad_trees_are_refused(void **state)
{
	(void)state;
	add("a.h", "none.h");
	assert_int_equal(index_nodes(), STATUS_FAILED);
	tear_down(NULL);
	add("a.h", "a.h");
	assert_int_equal(index_nodes(), STATUS_FAILED);
	tear_down(NULL);
	add("d/b.h", NULL);
	add("a.h", "d");
	assert_int_equal(index_nodes(), STATUS_FAILED);
	tear_down(NULL);
	add("d", NULL);
	add("d/b.h", NULL);
	assert_int_equal(index_nodes(), STATUS_FAILED);
}

#define UNIT(name)	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		UNIT(own_links_are_told),
		UNIT(directories_are_listed),
		UNIT(attributes_are_given),
		UNIT(opening_is_left_to_the_kernel),
		UNIT(reading_ends_with_the_file),
		UNIT(links_are_copies),
		UNIT(bad_trees_are_refused),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
