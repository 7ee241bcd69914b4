// SPDX-License-Identifier: GPL-2.0-only
/*
 * kheaders-mount: an archive as a read-only file system. All its headers are decoded once to
 * see what there is; after that blocks are decoded as files in them are read.
 */
#define FUSE_USE_VERSION 31

#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../cmd/cmd.h"

/* Nothing changes: the kernel need not ask again. */
#define FOREVER	(365.0 * 24 * 60 * 60)

struct node {
	char *path;		/* "" is the root */
	char *link;		/* the path of the member that this is a copy of, or NULL */
	uint64_t offset;
	uint64_t size;
	mode_t mode;
};

/* By path, so that what is in a directory comes after each other. */
static struct node *nodes;
static size_t node_count, node_capacity;

static time_t changed;		/* the archive */

static int add_node(const char *path, size_t length, struct node node)
{
	if (node_count == node_capacity) {
		size_t capacity = node_capacity ? 2 * node_capacity : 1024;
		struct node *bigger = reallocarray(nodes, capacity, sizeof(*nodes));

		if (!bigger)
			return -ENOMEM;
		nodes = bigger;
		node_capacity = capacity;
	}
	node.path = strndup(path, length);
	if (!node.path)
		return -ENOMEM;
	nodes[node_count++] = node;
	return 0;
}

/* A member, and the directories that it is in; those may have been added before. */
static int add_member(const struct kheaders_member *member, void *data)
{
	static char *last;	/* the directory of the member before */
	const char *slash = strrchr(member->name, '/'), *p;
	size_t length = slash ? slash - member->name : 0;
	struct node node = {
		.link = member->link ? strdup(member->link) : NULL,
		.offset = member->offset,
		.size = member->size,
		.mode = S_IFREG | member->mode,
	};
	int err = member->link && !node.link ? -ENOMEM : 0;

	(void)data;
	if (!err && (!last || strlen(last) != length ||
		     strncmp(last, member->name, length))) {
		free(last);
		last = strndup(member->name, length);
		for (p = member->name; !err && p; p = strchr(p + 1, '/'))
			err = add_node(member->name, p - member->name,
				       (struct node) { .mode = S_IFDIR | 0755 });
	}
	return err ?: add_node(member->name, strlen(member->name), node);
}

static int compare_nodes(const void *a, const void *b)
{
	const struct node *left = a, *right = b;

	return strcmp(left->path, right->path);
}

/* The first node that does not come before a path */
static size_t lower_bound(const char *path)
{
	size_t low = 0, high = node_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(nodes[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct node *find_node(const char *path)
{
	size_t i = lower_bound(path);

	return i < node_count && !strcmp(nodes[i].path, path) ? &nodes[i] : NULL;
}

/* Sorts nodes, each once, and gives links what they lead to. */
static enum status index_nodes(void)
{
	size_t i, count = 0;
	unsigned int hops;

	qsort(nodes, node_count, sizeof(*nodes), compare_nodes);
	for (i = 0; i < node_count; i++) {
		if (count && !strcmp(nodes[count - 1].path, nodes[i].path)) {
			if (!S_ISDIR(nodes[count - 1].mode) || !S_ISDIR(nodes[i].mode)) {
				complain("%s: is a file and a directory", nodes[i].path);
				return STATUS_FAILED;
			}
			free(nodes[i].path);
			continue;
		}
		nodes[count++] = nodes[i];
	}
	node_count = count;

	for (i = 0; i < node_count; i++) {
		const struct node *target = &nodes[i];

		for (hops = 0; target && target->link && hops < 8; hops++)
			target = find_node(target->link);
		if (!target || target->link || (nodes[i].link && S_ISDIR(target->mode))) {
			complain("%s: is a link to nothing", nodes[i].path);
			return STATUS_FAILED;
		}
		nodes[i].offset = target->offset;
		nodes[i].size = target->size;
		nodes[i].mode = target->mode;
	}
	return STATUS_OK;
}

static void fill_stat(const struct node *node, struct stat *st)
{
	*st = (struct stat) {
		.st_ino = node - nodes + 1,
		.st_mode = node->mode,
		.st_nlink = S_ISDIR(node->mode) ? 2 : 1,
		.st_uid = geteuid(),
		.st_gid = getegid(),
		.st_size = node->size,
		.st_blocks = (node->size + 511) / 512,
		.st_mtime = changed,
		.st_ctime = changed,
		.st_atime = changed,
	};
}

static void *do_init(struct fuse_conn_info *connection, struct fuse_config *config)
{
	(void)connection;
	config->kernel_cache = 1;
	config->use_ino = 1;
	config->entry_timeout = FOREVER;
	config->attr_timeout = FOREVER;
	config->negative_timeout = FOREVER;
	return NULL;
}

static int do_getattr(const char *path, struct stat *st, struct fuse_file_info *file)
{
	const struct node *node = find_node(path + 1);

	(void)file;
	if (!node)
		return -ENOENT;
	fill_stat(node, st);
	return 0;
}

/* What begins with the directory's path and has no further slash */
static int do_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
		      struct fuse_file_info *file, enum fuse_readdir_flags flags)
{
	const struct node *node = find_node(path + 1);
	size_t length = strlen(path + 1), i;
	const char *name;
	struct stat st;

	(void)offset;
	(void)file;
	(void)flags;
	if (!node)
		return -ENOENT;
	if (!S_ISDIR(node->mode))
		return -ENOTDIR;
	fill(buffer, ".", NULL, 0, 0);
	fill(buffer, "..", NULL, 0, 0);
	for (i = node - nodes + 1; i < node_count; i++) {
		name = nodes[i].path;
		if (strncmp(name, path + 1, length))
			break;
		if (length && name[length] != '/') {
			if (name[length] > '/')
				break;
			continue;
		}
		name += length ? length + 1 : 0;
		if (strchr(name, '/'))
			continue;
		fill_stat(&nodes[i], &st);
		if (fill(buffer, name, &st, 0, FUSE_FILL_DIR_PLUS))
			return -ENOMEM;
	}
	return 0;
}

static int do_opendir(const char *path, struct fuse_file_info *file)
{
	(void)path;
	file->cache_readdir = 1;
	file->keep_cache = 1;
	return 0;
}

static int do_open(const char *path, struct fuse_file_info *file)
{
	const struct node *node = find_node(path + 1);

	if (!node)
		return -ENOENT;
	if ((file->flags & O_ACCMODE) != O_RDONLY)
		return -EROFS;
	file->fh = node - nodes;
	return 0;
}

static int do_read(const char *path, char *buffer, size_t size, off_t offset,
		   struct fuse_file_info *file)
{
	const struct node *node = &nodes[file->fh];

	(void)path;
	if (offset < 0 || (uint64_t)offset >= node->size)
		return 0;
	if (size > node->size - offset)
		size = node->size - offset;
	if (size > INT_MAX)
		size = INT_MAX;
	return kheaders_pread(kh, buffer, size, node->offset + offset);
}

static int mount_nodes(char *program, const char *directory, bool foreground)
{
	static const struct fuse_operations operations = {
		.init = do_init,
		.getattr = do_getattr,
		.opendir = do_opendir,
		.readdir = do_readdir,
		.open = do_open,
		.read = do_read,
	};
	/* Root's can be read by all, as the archive can. One thread, as that has one. */
	char options[] = "ro,nosuid,nodev,default_permissions,fsname=kheaders,subtype=kheaders,allow_other";
	char *argv[] = { program, "-s", "-o", options, (char *)directory, "-f", NULL };

	if (geteuid())
		*strrchr(options, ',') = '\0';
	return fuse_main(foreground ? 6 : 5, argv, &operations, NULL);
}

static enum status read_nodes(const char *file, bool other)
{
	struct kheaders_info info;
	struct stat st;
	int status;

	status = open_kernels(file, other, &info);
	if (status)
		return status;
	changed = stat(info.path, &st) ? 0 : st.st_mtime;
	if (add_node("", 0, (struct node) { .mode = S_IFDIR | 0755 })) {
		complain("out of memory");
		return STATUS_FAILED;
	}
	status = kheaders_for_each(kh, add_member, NULL);
	if (status == -ENOMEM)
		complain("out of memory");
	else if (status)
		return archive_failed();
	return status ? STATUS_FAILED : index_nodes();
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "foreground", no_argument, NULL, 'f' },
		{ "other-kernel", no_argument, NULL, 'o' },
		ARCHIVE_OPTIONS
	};
	bool foreground = false, other = false;
	const char *directory, *file = NULL;
	int c, status;

	if (kheaders_new(&kh)) {
		complain("out of memory");
		return STATUS_FAILED;
	}
	opterr = 0;
	while ((c = parse_option(&cmd_mount, argc, argv, "fo", options)) != -1) {
		foreground = foreground || c == 'f';
		other = other || c == 'o';
	}
	if (!argv[optind] || (argv[optind + 1] && argv[optind + 2]))
		usage_error(&cmd_mount, "mount what, where?");
	if (argv[optind + 1])
		file = argv[optind++];
	directory = argv[optind];

	status = read_nodes(file, other);
	if (!status && mount_nodes(argv[0], directory, foreground))
		status = STATUS_FAILED;
	kheaders_free(kh);
	return status;
}
