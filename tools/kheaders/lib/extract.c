// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Unpacks to a directory of a random name beside the one that is wanted, which nobody else
 * may enter, and renames that once all is there. rename(2) replaces no directory that has
 * something in it, and never a file or link. Every directory on the way to a member is
 * opened by itself, and no link is followed: what others do to the tree meanwhile cannot
 * lead out of it.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

#define OPEN_DIRECTORY	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define ATTEMPTS	16

struct target {
	const char *path;	/* as the caller says it */
	const char *base;	/* its last component */
	int parent;		/* the directory that is in */
	char temporary[NAME_MAX + 1];
	int root;		/* the temporary directory */
	mode_t kept;		/* the permissions that files there are created with */
	struct level *levels;	/* directories that are open, each in the one before */
	unsigned int depth;	/* how many */
	char *name;		/* of the last, below root */
};

struct level {
	int fd;
	size_t end;		/* of its path in name */
};

static int target_failed(struct kheaders *kh, const struct target *t, const char *name)
{
	int err = -errno;

	return fail(kh, err, "%s%s%s: %s", t->path, name ? "/" : "", name ?: "",
		    strerror(-err));
}

/* Checks early what rename() would refuse at the end. */
static int check_absent(struct kheaders *kh, const struct target *t)
{
	int fd = openat(t->parent, t->base, OPEN_DIRECTORY);
	struct dirent *entry;
	bool is_empty = true;
	DIR *dir;

	if (fd < 0 && errno == ENOENT)
		return 0;
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return fail(kh, -EEXIST, "%s: exists already", t->path);
	}
	while (is_empty && (entry = readdir(dir)))
		is_empty = !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..");
	closedir(dir);
	return is_empty ? 0 : fail(kh, -EEXIST, "%s: is not empty", t->path);
}

static int make_temporary(struct kheaders *kh, struct target *t)
{
	uint64_t number;
	int i;

	for (i = 0; i < ATTEMPTS; i++) {
		if (getrandom(&number, sizeof(number), 0) != sizeof(number))
			return target_failed(kh, t, NULL);
		snprintf(t->temporary, sizeof(t->temporary), ".%s.%012llx", t->base,
			 (unsigned long long)number & 0xffffffffffffULL);
		if (!mkdirat(t->parent, t->temporary, 0700)) {
			t->root = openat(t->parent, t->temporary, OPEN_DIRECTORY);
			if (t->root >= 0)
				return 0;
			unlinkat(t->parent, t->temporary, AT_REMOVEDIR);
			break;
		}
		if (errno != EEXIST)
			break;
	}
	return target_failed(kh, t, NULL);
}

/* Which permissions the umask leaves; none, where that cannot be tried. */
static mode_t created_mode(int directory)
{
	int fd = openat(directory, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0777);
	struct stat st;
	mode_t mode;

	if (fd < 0)
		return 0;
	mode = fstat(fd, &st) ? 0 : st.st_mode & 0777;
	close(fd);
	return mode;
}

/* Opens a directory below another, and makes it if need be. */
static int enter(const struct target *t, int parent, const char *name)
{
	int fd;

	if (mkdirat(parent, name, 0755) && errno != EEXIST)
		return -1;
	fd = openat(parent, name, OPEN_DIRECTORY);
	if (fd >= 0 && (t->kept & 0755) != 0755 && fchmod(fd, 0755)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int directory_of(const struct target *t)
{
	return t->depth ? t->levels[t->depth - 1].fd : t->root;
}

static void leave_directories(struct target *t, unsigned int depth)
{
	while (t->depth > depth)
		close(t->levels[--t->depth].fd);
}

/* How many of the directories that are open lead to a member? */
static unsigned int common_depth(const struct target *t, const char *name)
{
	unsigned int i;

	for (i = 0; i < t->depth; i++) {
		size_t start = i ? t->levels[i - 1].end : 0, end = t->levels[i].end;

		if (strncmp(t->name + start, name + start, end - start) || name[end] != '/')
			break;
	}
	return i;
}

/* Opens the directories of a member: mostly they are those of the member before. */
static int enter_directory_of(struct kheaders *kh, struct target *t, const char *name)
{
	const char *component, *slash;
	int fd;

	leave_directories(t, common_depth(t, name));
	component = name + (t->depth ? t->levels[t->depth - 1].end + 1 : 0);
	for (; (slash = strchr(component, '/')); component = slash + 1) {
		size_t end = slash - name;

		memcpy(t->name, name, end);
		t->name[end] = '\0';
		fd = enter(t, directory_of(t), t->name + (component - name));
		if (fd < 0)
			return target_failed(kh, t, name);
		t->levels[t->depth++] = (struct level) { fd, end };
	}
	return 0;
}

static int write_all(int fd, const char *data, size_t size)
{
	ssize_t n;

	while (size) {
		n = write(fd, data, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data += n;
		size -= n;
	}
	return 0;
}

static int copy_contents(struct kheaders *kh, struct target *t, struct walk *w,
			 const struct kheaders_member *member, int fd)
{
	uint64_t left = member->size;
	const void *chunk;
	size_t size;
	int err;

	while (!(err = walk_next(w, &chunk, &size)) && size) {
		if (size > left || write_all(fd, chunk, size))
			return target_failed(kh, t, member->name);
		left -= size;
	}
	if (!err && left)
		return fail(kh, -EBADMSG, "%s: %s is truncated", kh->path, member->name);
	return err;
}

struct link {
	char *name;
	char *target;		/* another member; both are relative to the root */
};

struct extraction {
	struct kheaders *kh;
	struct target target;
	struct link *links;	/* to be copied once all files are there */
	size_t link_count;
	uint64_t copied;	/* bytes, for links */
};

static int remember_link(struct extraction *e, const struct kheaders_member *member)
{
	struct link *links = reallocarray(e->links, e->link_count + 1, sizeof(*links));
	struct link *link;

	if (links) {
		e->links = links;
		link = &links[e->link_count++];
		link->name = strdup(member->name);
		link->target = strdup(member->link);
		if (link->name && link->target)
			return 0;
	}
	return fail(e->kh, -ENOMEM, "%s: out of memory", e->target.path);
}

static void forget_links(struct extraction *e)
{
	size_t i;

	for (i = 0; i < e->link_count; i++) {
		free(e->links[i].name);
		free(e->links[i].target);
	}
	free(e->links);
}

static const char *last_component(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static int create_member(struct extraction *e, const char *name, mode_t mode)
{
	struct target *t = &e->target;
	int err, fd;

	err = enter_directory_of(e->kh, t, name);
	if (err)
		return err;
	fd = openat(directory_of(t), last_component(name),
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0 && errno == EEXIST)
		return fail(e->kh, -EBADMSG, "%s: has %s twice", e->kh->path, name);
	return fd < 0 ? target_failed(e->kh, t, name) : fd;
}

/* Some file systems say only when a file is closed that there was no room. */
static int finish_member(struct extraction *e, const char *name, int fd, mode_t mode,
			 int err)
{
	if (!err && (e->target.kept & mode) != mode && fchmod(fd, mode))
		err = target_failed(e->kh, &e->target, name);
	if (close(fd) && !err)
		err = target_failed(e->kh, &e->target, name);
	return err;
}

static int copy_file(struct extraction *e, const struct link *link, int from)
{
	char buffer[65536];
	struct stat st;
	int to, err = 0;
	ssize_t n;

	if (fstat(from, &st))
		return target_failed(e->kh, &e->target, link->target);
	if (!S_ISREG(st.st_mode))
		return fail(e->kh, -EBADMSG, "%s: %s is a link to a directory", e->kh->path,
			    link->name);
	e->copied += st.st_size;
	if (e->copied > e->kh->limits.total_size)
		return fail(e->kh, -E2BIG, "%s: unpacks to more than %llu bytes",
			    e->kh->path, (unsigned long long)e->kh->limits.total_size);
	to = create_member(e, link->name, st.st_mode & 0777);
	if (to < 0)
		return to;
	while (!err && (n = read(from, buffer, sizeof(buffer))))
		if (n < 0 || write_all(to, buffer, n))
			err = target_failed(e->kh, &e->target, link->name);
	return finish_member(e, link->name, to, st.st_mode & 0777, err);
}

/* Copies what can be copied by now; a link can lead to another one. */
static int copy_some_links(struct extraction *e)
{
	struct target *t = &e->target;
	size_t i, left = 0;
	int fd, err = 0;

	for (i = 0; i < e->link_count; i++) {
		struct link link = e->links[i];

		if (!err)
			err = enter_directory_of(e->kh, t, link.target);
		fd = err ? -1 : openat(directory_of(t), last_component(link.target),
				       O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
		if (fd < 0) {
			e->links[left++] = link;
			continue;
		}
		err = copy_file(e, &link, fd);
		close(fd);
		free(link.name);
		free(link.target);
	}
	e->link_count = left;
	return err;
}

static int copy_links(struct extraction *e)
{
	size_t before;
	int err;

	while (e->link_count) {
		before = e->link_count;
		err = copy_some_links(e);
		if (err)
			return err;
		if (e->link_count == before)
			return fail(e->kh, -EBADMSG, "%s: %s is a link to nothing",
				    e->kh->path, e->links[0].name);
	}
	return 0;
}

static int extract_member(struct walk *w, const struct kheaders_member *member, void *data)
{
	struct extraction *e = data;
	int fd;

	e->kh = walk_kheaders(w);
	if (member->link)
		return remember_link(e, member);
	fd = create_member(e, member->name, member->mode);
	if (fd < 0)
		return fd;
	return finish_member(e, member->name, fd, member->mode,
			     copy_contents(e->kh, &e->target, w, member, fd));
}

void empty_directory(int fd)
{
	struct dirent *entry;
	DIR *dir = fdopendir(fd);
	int child;

	if (!dir) {
		close(fd);
		return;
	}
	while ((entry = readdir(dir))) {
		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		if (!unlinkat(dirfd(dir), entry->d_name, 0))
			continue;
		child = openat(dirfd(dir), entry->d_name, OPEN_DIRECTORY);
		if (child >= 0)
			empty_directory(child);
		unlinkat(dirfd(dir), entry->d_name, AT_REMOVEDIR);
	}
	closedir(dir);
}

/* Where anybody may rename, it may have been replaced before it was renamed. */
static int check_published(struct kheaders *kh, const struct target *t)
{
	struct stat ours, theirs;

	if (fstat(t->root, &ours) ||
	    fstatat(t->parent, t->base, &theirs, AT_SYMLINK_NOFOLLOW))
		return target_failed(kh, t, NULL);
	if (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino)
		return fail(kh, -EPERM, "%s: was replaced by somebody else", t->path);
	return 0;
}

static int publish(struct kheaders *kh, struct target *t)
{
	if (is_cancelled(kh))
		return fail(kh, -ECANCELED, "cancelled");
	if (fchmod(t->root, 0755))
		return target_failed(kh, t, NULL);
	if (!renameat(t->parent, t->temporary, t->parent, t->base))
		return check_published(kh, t);
	if (errno == ENOTEMPTY || errno == ENOTDIR || errno == EEXIST)
		return fail(kh, -EEXIST, "%s: exists already", t->path);
	return target_failed(kh, t, NULL);
}

static void end_extraction(struct extraction *e)
{
	forget_links(e);
	leave_directories(&e->target, 0);
	free(e->target.levels);
	free(e->target.name);
}

/* A copy for a thread, which has directories open of its own */
static int begin_extraction(struct extraction *e, const struct extraction *from)
{
	const struct kheaders_limits *limits = &from->kh->limits;

	*e = *from;
	e->target.levels = calloc(limits->name_depth, sizeof(*e->target.levels));
	e->target.name = malloc(limits->name_length + 1);
	return e->target.levels && e->target.name ? 0 :
		fail(e->kh, -ENOMEM, "%s: out of memory", e->target.path);
}

static int unpack_in_threads(struct extraction *e)
{
	unsigned int count = e->kh->limits.threads, i;
	struct extraction *each = calloc(count, sizeof(*each));
	void **data = calloc(count, sizeof(*data));
	struct kheaders *kh = e->kh;
	int err = 0;

	if (!each || !data) {
		free(each);
		free(data);
		return fail(kh, -ENOMEM, "%s: out of memory", e->target.path);
	}
	for (i = 0; i < count && !err; i++) {
		err = begin_extraction(&each[i], e);
		data[i] = &each[i];
	}
	if (!err)
		err = walk_in_threads(kh, extract_member, data, count);
	/* Only archives that one thread reads have links. */
	each[0].kh = kh;
	if (!err)
		err = copy_links(&each[0]);
	for (i = 0; i < count; i++)
		end_extraction(&each[i]);
	free(each);
	free(data);
	return err;
}

static int unpack(struct extraction *e)
{
	struct kheaders *kh = e->kh;
	struct target *t = &e->target;
	int err;

	err = make_temporary(kh, t);
	if (err)
		return err;
	t->kept = created_mode(t->root);
	err = unpack_in_threads(e);
	if (!err)
		err = publish(kh, t);
	if (err) {
		empty_directory(t->root);	/* closes it */
		unlinkat(t->parent, t->temporary, AT_REMOVEDIR);
	} else {
		close(t->root);
	}
	return err;
}

int extract_at(struct kheaders *kh, int parent, const char *base, const char *path)
{
	struct extraction e = {
		.kh = kh,
		.target = { .path = path, .base = base, .parent = parent, .root = -1 },
	};
	int err;

	err = describe(kh);
	if (!err)
		err = check_absent(kh, &e.target);
	return err ? err : unpack(&e);
}

/* Opens the directory that path is in, and sets *base to its last component. */
static int open_parent(struct kheaders *kh, char *path, const char **base)
{
	size_t length = strlen(path);
	const char *parent;
	char *slash;
	int fd;

	while (length > 1 && path[length - 1] == '/')
		path[--length] = '\0';
	slash = strrchr(path, '/');
	*base = slash ? slash + 1 : path;
	if (!**base || !strcmp(*base, ".") || !strcmp(*base, ".."))
		return fail(kh, -EEXIST, "%s: exists already", path);
	if (strlen(*base) > NAME_MAX - 16)
		return fail(kh, -ENAMETOOLONG, "%s: too long a name", path);
	parent = !slash ? "." : slash == path ? "/" : path;
	if (slash)
		*slash = '\0';
	fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? fail(kh, -errno, "%s: %s", parent, strerror(errno)) : fd;
}

int kheaders_extract(struct kheaders *kh, const char *directory)
{
	char *path = strdup(directory);
	const char *base;
	int parent, err;

	if (!path)
		return fail(kh, -ENOMEM, "%s: out of memory", directory);
	parent = open_parent(kh, path, &base);
	err = parent < 0 ? parent : extract_at(kh, parent, base, directory);
	if (parent >= 0)
		close(parent);
	free(path);
	return err;
}
