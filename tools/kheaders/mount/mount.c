// SPDX-License-Identifier: GPL-2.0-only
/*
 * kheaders-mount: an archive as a read-only file system. All its headers are decoded once to
 * see what there is; after that blocks are decoded as files in them are read.
 */
#define FUSE_USE_VERSION 31

#include <errno.h>
#include <fcntl.h>
#include <fuse_lowlevel.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../cmd/cmd.h"

/* Nothing changes: the kernel need not ask again. */
#define FOREVER	(365.0 * 24 * 60 * 60)

/* What libfuse itself gives a listing's "." and ".." */
#define UNKNOWN_INO	0xffffffff

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

/* Does the kernel go on by itself if nothing answers when it opens a file or a directory? */
static bool opens_alone;

/* Inode numbers are places in nodes, from 1: FUSE_ROOT_ID is "". */
static const struct node *get_node(fuse_req_t req, fuse_ino_t ino)
{
	if (ino >= FUSE_ROOT_ID && ino <= node_count)
		return &nodes[ino - 1];
	fuse_reply_err(req, ESTALE);
	return NULL;
}

/* Without a node it says for good that there is none. */
static struct fuse_entry_param make_entry(const struct node *node)
{
	struct fuse_entry_param entry = { .attr_timeout = FOREVER, .entry_timeout = FOREVER };

	if (node)
		fill_stat(node, &entry.attr);
	entry.ino = entry.attr.st_ino;
	return entry;
}

static void do_init(void *data, struct fuse_conn_info *connection)
{
	(void)data;
	opens_alone = connection->capable & FUSE_CAP_NO_OPENDIR_SUPPORT;
}

static void do_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	const struct node *directory = get_node(req, parent);
	struct fuse_entry_param entry;
	char *path;

	if (!directory)
		return;
	if (asprintf(&path, "%s%s%s", directory->path, *directory->path ? "/" : "", name) < 0) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	entry = make_entry(find_node(path));
	free(path);
	fuse_reply_entry(req, &entry);
}

static void do_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file)
{
	const struct node *node = get_node(req, ino);
	struct stat st;

	(void)file;
	if (!node)
		return;
	fill_stat(node, &st);
	fuse_reply_attr(req, &st, FOREVER);
}

/*
 * Files and directories. After ENOSYS Linux 5.1 and later ask for no other to be opened, and
 * keep what they have seen of all.
 */
static void do_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *file)
{
	(void)ino;
	if (opens_alone) {
		fuse_reply_err(req, ENOSYS);
		return;
	}
	file->cache_readdir = 1;
	file->keep_cache = 1;
	fuse_reply_open(req, file);
}

/*
 * The place of the first node in a directory that comes after a place, or node_count: what
 * begins with the directory's path and has one more slash.
 */
static size_t next_child(const struct node *directory, size_t place)
{
	size_t length = strlen(directory->path);
	const char *rest;

	while (++place < node_count && !strncmp(nodes[place].path, directory->path, length)) {
		rest = nodes[place].path + length;
		if (length && *rest > '/')
			break;
		if (length && *rest++ != '/')
			continue;
		if (!strchr(rest, '/'))
			return place;
	}
	return node_count;
}

/* Offsets: 1 is after ".", 2 after "..", and 2 more than a node's place after that node. */
static void do_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
			   struct fuse_file_info *file)
{
	const struct node *directory = get_node(req, ino);
	size_t used = 0, length, place;
	struct fuse_entry_param entry;
	const char *name;
	char *buffer;

	(void)file;
	if (!directory)
		return;
	buffer = malloc(size);
	if (!buffer) {
		fuse_reply_err(req, ENOMEM);
		return;
	}
	while (offset >= 0 && (uint64_t)offset < node_count + 2) {
		if (offset < 2) {
			name = offset ? ".." : ".";
			entry = make_entry(NULL);
			entry.attr.st_ino = UNKNOWN_INO;
			entry.attr.st_mode = S_IFDIR;
			offset++;
		} else {
			place = offset - 2;
			if (place < ino - 1)
				place = ino - 1;
			place = next_child(directory, place);
			if (place == node_count)
				break;
			name = strrchr(nodes[place].path, '/');
			name = name ? name + 1 : nodes[place].path;
			entry = make_entry(&nodes[place]);
			offset = place + 2;
		}
		length = fuse_add_direntry_plus(req, buffer + used, size - used, name, &entry,
						offset);
		if (length > size - used)
			break;
		used += length;
	}
	fuse_reply_buf(req, buffer, used);
	free(buffer);
}

static void do_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset,
		    struct fuse_file_info *file)
{
	const struct node *node = get_node(req, ino);
	ssize_t length = 0;
	char *buffer;

	(void)file;
	if (!node)
		return;
	if (offset < 0 || (uint64_t)offset >= node->size)
		size = 0;
	else if (size > node->size - offset)
		size = node->size - offset;
	buffer = malloc(size ?: 1);
	if (!buffer)
		length = -ENOMEM;
	else if (size)
		length = kheaders_pread(kh, buffer, size, node->offset + offset);
	if (length < 0)
		fuse_reply_err(req, -length);
	else
		fuse_reply_buf(req, buffer, length);
	free(buffer);
}

/* In one thread: an archive is for one at a time. */
static enum status serve(struct fuse_session *session, bool foreground)
{
	int err;

	if (fuse_daemonize(foreground))
		return STATUS_FAILED;
	err = fuse_session_loop(session);
	return err < 0 ? STATUS_FAILED : STATUS_OK;
}

/* A directory's full path, as a server leaves where it was started; or NULL, and it was said */
static char *full_path(const char *directory)
{
	char *path = realpath(directory, NULL);
	struct stat st;
	int err = 0;

	if (!path || stat(path, &st))
		err = errno;
	else if (!S_ISDIR(st.st_mode))
		err = ENOTDIR;
	if (!err)
		return path;
	complain("%s: %s", directory, strerror(err));
	free(path);
	return NULL;
}

static enum status mount_nodes(char *program, const char *directory, bool foreground)
{
	static const struct fuse_lowlevel_ops operations = {
		.init = do_init,
		.lookup = do_lookup,
		.getattr = do_getattr,
		.open = do_open,
		.read = do_read,
		.opendir = do_open,
		.readdirplus = do_readdirplus,
	};
	/* Root's can be read by all, as the archive can. */
	char options[] = "ro,nosuid,nodev,default_permissions,fsname=kheaders,subtype=kheaders,allow_other";
	char *argv[] = { program, "-o", options, NULL };
	struct fuse_args args = FUSE_ARGS_INIT(3, argv);
	enum status status = STATUS_FAILED;
	struct fuse_session *session;

	if (geteuid())
		*strrchr(options, ',') = '\0';
	session = fuse_session_new(&args, &operations, sizeof(operations), NULL);
	fuse_opt_free_args(&args);
	if (!session)
		return STATUS_FAILED;
	if (fuse_set_signal_handlers(session))
		goto destroy;
	if (fuse_session_mount(session, directory))
		goto remove_handlers;
	status = serve(session, foreground);
	fuse_session_unmount(session);
remove_handlers:
	fuse_remove_signal_handlers(session);
destroy:
	fuse_session_destroy(session);
	return status;
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
	const char *file = NULL;
	char *directory;
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

	directory = full_path(argv[optind]);
	status = directory ? read_nodes(file, other) : STATUS_FAILED;
	if (!status)
		status = mount_nodes(argv[0], directory, foreground);
	free(directory);
	kheaders_free(kh);
	return status;
}
