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

static const char *names_in(const char *path)
{
	static char names[1024];
	const struct node *directory = find_node(path);
	size_t i = directory - nodes;

	*names = '\0';
	while ((i = next_child(directory, i)) < node_count)
		sprintf(names + strlen(names), "%s%s ", nodes[i].path,
			S_ISDIR(nodes[i].mode) ? "/" : "");
	return names;
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
	assert_string_equal(names_in(""), "a/ a-b.h a.h a0/ z.h ");
	assert_string_equal(names_in("a"), "a/b/ a/x.h ");
	assert_string_equal(names_in("a/b"), "a/b/c/ a/b/y.h ");
	assert_string_equal(names_in("a0"), "a0/z.h ");
	assert_null(find_node("none"));
}

static void attributes_are_given(void **state)
{
	struct fuse_entry_param entry;

	(void)state;
	add("a/x.h", NULL);
	assert_int_equal(index_nodes(), STATUS_OK);
	entry = make_entry(find_node(""));
	assert_int_equal(entry.ino, FUSE_ROOT_ID);
	assert_int_equal(entry.attr.st_mode, S_IFDIR | 0755);
	entry = make_entry(find_node("a"));
	assert_int_equal(entry.attr.st_mode, S_IFDIR | 0755);
	entry = make_entry(find_node("a/x.h"));
	assert_int_equal(entry.attr.st_mode, S_IFREG | 0644);
	assert_int_equal(entry.attr.st_size, 5);
	assert_ptr_equal(get_node(NULL, entry.ino), find_node("a/x.h"));
	entry = make_entry(find_node("a/x"));
	assert_int_equal(entry.ino, 0);
}

static void links_are_copies(void **state)
{
	struct stat st;

	(void)state;
	add("a.h", "b/c.h");
	add("b/c.h", "real.h");
	add("real.h", NULL);
	assert_int_equal(index_nodes(), STATUS_OK);
	fill_stat(find_node("a.h"), &st);
	assert_int_equal(st.st_mode, S_IFREG | 0644);
	assert_int_equal(st.st_size, strlen("real.h"));
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
		UNIT(links_are_copies),
		UNIT(bad_trees_are_refused),
	};

	return cmocka_run_group_tests_name("command", tests, NULL, NULL);
}
