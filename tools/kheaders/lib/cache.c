// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Trees that have been unpacked, in a directory where only their owner can write:
 *
 *	KEY		a tree: RELEASE-DIGEST
 *	KEY.stamp	written once it is complete; which directory that is
 *	KEY.lock	held while it is unpacked, and, shared, while it is used;
 *			its time is that of the last use
 *
 * Whoever holds the lock alone may remove what others have begun and not finished.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

/* Of a digest, in a key: enough to tell archives apart, not to check them. */
#define KEY_DIGITS	16

#define OPEN_DIRECTORY	(O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct cache {
	char *path;
	int fd;
	char *key;
	int lock;
};

static int out_of_memory(struct kheaders *kh)
{
	return fail(kh, -ENOMEM, "out of memory");
}

/* It is allocated, or NULL. Environment variables of who called a setuid program are not
 * to be trusted. */
static char *default_path(void)
{
	const char *xdg = secure_getenv("XDG_CACHE_HOME");
	const char *home = secure_getenv("HOME");
	char *path;

	if (!geteuid())
		return strdup("/var/cache/kheaders");
	if (xdg && *xdg == '/')
		return asprintf(&path, "%s/kheaders", xdg) < 0 ? NULL : path;
	if (!home || *home != '/')
		return NULL;
	return asprintf(&path, "%s/.cache/kheaders", home) < 0 ? NULL : path;
}

/* Makes a directory and those it is in, as mkdir -p does. */
static int make_directories(const char *path)
{
	char *copy = strdup(path), *slash;

	for (slash = copy ? strchr(copy + 1, '/') : NULL; slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(copy, 0755);
		*slash = '/';
	}
	free(copy);
	return mkdir(path, 0700) && errno != EEXIST ? -errno : 0;
}

static bool is_mine(const struct stat *st)
{
	return st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

static int open_cache(struct kheaders *kh, struct cache *cache, const char *path)
{
	struct stat st;
	int err;

	cache->path = path ? strdup(path) : default_path();
	if (!cache->path)
		return fail(kh, -ENOENT, "no place for a cache: HOME is not set");
	err = make_directories(cache->path);
	if (err)
		return fail(kh, err, "%s: %s", cache->path, strerror(-err));
	cache->fd = open(cache->path, OPEN_DIRECTORY);
	if (cache->fd < 0 || fstat(cache->fd, &st))
		return fail(kh, -errno, "%s: %s", cache->path, strerror(errno));
	if (!is_mine(&st))
		return fail(kh, -EPERM, "%s: others may write there", cache->path);
	/* Root's headers are for everybody to read. */
	if (!geteuid() && fchmod(cache->fd, 0755))
		return fail(kh, -errno, "%s: %s", cache->path, strerror(errno));
	return 0;
}

/* Of the archive as it is, for those that do not say one. */
static int digest_archive(struct kheaders *kh, char hex[SHA256_DIGEST_STRING_LENGTH])
{
	uint8_t buffer[65536];
	uint64_t offset;
	SHA2_CTX sum;
	size_t size;
	int err;

	SHA256Init(&sum);
	if (kh->data)
		SHA256Update(&sum, kh->data, kh->size);
	for (offset = 0; !kh->data && offset < kh->size; offset += size) {
		size = kh->size - offset < sizeof(buffer) ? kh->size - offset : sizeof(buffer);
		err = read_at(kh, buffer, size, offset);
		if (err)
			return read_failed(kh, err);
		SHA256Update(&sum, buffer, size);
	}
	SHA256End(&sum, hex);
	return 0;
}

/* Names come from the archive: what is no letter or digit becomes "_". */
static int make_key(struct kheaders *kh, struct cache *cache)
{
	char hex[SHA256_DIGEST_STRING_LENGTH];
	const char *digest = hex;
	char *p;
	int err;

	err = describe(kh);
	if (err)
		return err;
	if (!strncmp(kh->info.digest, "sha256:", 7))
		digest = kh->info.digest + 7;
	else
		err = digest_archive(kh, hex);
	if (err)
		return err;
	if (asprintf(&cache->key, "%.64s-%.*s", kh->info.release, KEY_DIGITS, digest) < 0) {
		cache->key = NULL;
		return out_of_memory(kh);
	}
	for (p = cache->key; *p; p++)
		if (!strchr("0123456789abcdefghijklmnopqrstuvwxyz"
			    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-+._", *p))
			*p = '_';
	if (*cache->key == '.')
		*cache->key = '_';
	return 0;
}

static int cache_failed(struct kheaders *kh, const struct cache *cache, const char *suffix)
{
	return fail(kh, -errno, "%s/%s%s: %s", cache->path, cache->key, suffix,
		    strerror(errno));
}

static int open_lock(struct kheaders *kh, struct cache *cache)
{
	char name[NAME_MAX];

	snprintf(name, sizeof(name), "%s.lock", cache->key);
	cache->lock = openat(cache->fd, name,
			     O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return cache->lock < 0 ? cache_failed(kh, cache, ".lock") : 0;
}

static int take_lock(struct kheaders *kh, struct cache *cache, int how)
{
	while (flock(cache->lock, how)) {
		if (errno != EINTR)
			return cache_failed(kh, cache, ".lock");
		if (is_cancelled(kh))
			return fail(kh, -ECANCELED, "cancelled");
	}
	return 0;
}

/* What the stamp of a complete tree says. */
static int stamp_text(const struct cache *cache, char *text, size_t size)
{
	struct stat st;
	int fd, ret;

	fd = openat(cache->fd, cache->key, OPEN_DIRECTORY);
	if (fd < 0)
		return -1;
	ret = fstat(fd, &st) || !is_mine(&st) ? -1 : 0;
	close(fd);
	snprintf(text, size, "complete %llu %lld.%09ld\n", (unsigned long long)st.st_ino,
		 (long long)st.st_ctim.tv_sec, st.st_ctim.tv_nsec);
	return ret;
}

/* Is there a tree that was completed by us, and is still the same directory? */
static bool is_complete(const struct cache *cache)
{
	char name[NAME_MAX], want[80], got[80] = "";
	struct stat st;
	bool same;
	int fd;

	if (stamp_text(cache, want, sizeof(want)))
		return false;
	snprintf(name, sizeof(name), "%s.stamp", cache->key);
	fd = openat(cache->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return false;
	same = !fstat(fd, &st) && S_ISREG(st.st_mode) && is_mine(&st) &&
	       read(fd, got, sizeof(got) - 1) > 0 && !strcmp(got, want);
	close(fd);
	return same;
}

static int write_stamp(struct kheaders *kh, const struct cache *cache)
{
	char name[NAME_MAX], text[80];
	int fd;

	if (stamp_text(cache, text, sizeof(text)))
		return cache_failed(kh, cache, "");
	snprintf(name, sizeof(name), "%s.stamp", cache->key);
	fd = openat(cache->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0644);
	if (fd < 0)
		return cache_failed(kh, cache, ".stamp");
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text)) {
		int err = cache_failed(kh, cache, ".stamp");

		close(fd);
		return err;
	}
	return close(fd) ? cache_failed(kh, cache, ".stamp") : 0;
}

static void remove_at(int parent, const char *name)
{
	int fd;

	if (!unlinkat(parent, name, 0))
		return;
	fd = openat(parent, name, OPEN_DIRECTORY);
	if (fd >= 0)
		empty_directory(fd);
	unlinkat(parent, name, AT_REMOVEDIR);
}

/* Removes a tree that is not complete, and what others left who were killed. */
static void remove_leftovers(const struct cache *cache)
{
	size_t length = strlen(cache->key);
	struct dirent *entry;
	char name[NAME_MAX];
	DIR *dir;
	int fd;

	snprintf(name, sizeof(name), "%s.stamp", cache->key);
	unlinkat(cache->fd, name, 0);
	remove_at(cache->fd, cache->key);
	fd = openat(cache->fd, ".", OPEN_DIRECTORY);
	dir = fd < 0 ? NULL : fdopendir(fd);
	if (!dir) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while ((entry = readdir(dir)))
		if (entry->d_name[0] == '.' &&
		    !strncmp(entry->d_name + 1, cache->key, length) &&
		    entry->d_name[length + 1] == '.')
			remove_at(cache->fd, entry->d_name);
	closedir(dir);
}

/* Called with the lock, exclusive. Another may have done the work meanwhile. */
static int complete(struct kheaders *kh, const struct cache *cache, const char *path)
{
	int err;

	if (is_complete(cache))
		return 0;
	remove_leftovers(cache);
	err = extract_at(kh, cache->fd, cache->key, path);
	return err ? err : write_stamp(kh, cache);
}

/* Who removes a tree removes its lock, too: then there is another one, or none. */
static bool is_current_lock(const struct cache *cache)
{
	struct stat held, there;
	char name[NAME_MAX];

	snprintf(name, sizeof(name), "%s.lock", cache->key);
	return !fstat(cache->lock, &held) &&
	       !fstatat(cache->fd, name, &there, AT_SYMLINK_NOFOLLOW) &&
	       held.st_ino == there.st_ino && held.st_dev == there.st_dev;
}

static int open_current_lock(struct kheaders *kh, struct cache *cache)
{
	int err;

	for (;;) {
		err = open_lock(kh, cache);
		if (!err)
			err = take_lock(kh, cache, LOCK_SH);
		if (err || is_current_lock(cache))
			return err;
		close(cache->lock);
		cache->lock = -1;
	}
}

static int provide(struct kheaders *kh, struct cache *cache, const char *path)
{
	int err;

	err = open_current_lock(kh, cache);
	if (err)
		return err;
	if (!is_complete(cache)) {
		err = take_lock(kh, cache, LOCK_EX);
		/* Between the two locks somebody can have removed everything. */
		if (!err && !is_current_lock(cache)) {
			close(cache->lock);
			return provide(kh, cache, path);
		}
		if (!err)
			err = complete(kh, cache, path);
		if (!err)
			err = take_lock(kh, cache, LOCK_SH);
	}
	if (!err && futimens(cache->lock, NULL))
		err = cache_failed(kh, cache, ".lock");
	return err;
}

static void close_cache(struct cache *cache)
{
	if (cache->lock >= 0)
		close(cache->lock);
	if (cache->fd >= 0)
		close(cache->fd);
	free(cache->path);
	free(cache->key);
}

/* Does /lib/modules/RELEASE/build lead to the tree? Then modules may be built with it. */
static bool is_linked(const struct cache *cache)
{
	size_t length = strlen(cache->key);
	char name[PATH_MAX];
	struct stat st, linked;

	if (length <= KEY_DIGITS)
		return false;
	snprintf(name, sizeof(name), "/lib/modules/%.*s/build",
		 (int)(length - KEY_DIGITS - 1), cache->key);
	return !stat(name, &linked) && !fstatat(cache->fd, cache->key, &st, 0) &&
	       st.st_dev == linked.st_dev && st.st_ino == linked.st_ino;
}

/* Is this KEY.lock? Cuts the end off then. */
static bool is_lock_name(char *name)
{
	size_t length = strlen(name);

	if (length < 6 || strcmp(name + length - 5, ".lock") || name[0] == '.')
		return false;
	name[length - 5] = '\0';
	return true;
}

/* One tree, whose key is set. */
static int report_tree(struct cache *cache,
		       int (*function)(const struct kheaders_tree *tree, void *data),
		       void *data)
{
	struct kheaders_tree tree = { .name = cache->key };
	char name[NAME_MAX];
	struct stat st;

	snprintf(name, sizeof(name), "%s.lock", cache->key);
	cache->lock = openat(cache->fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (cache->lock < 0 || fstat(cache->lock, &st))
		return 0;
	tree.used = st.st_mtim.tv_sec;
	tree.is_used = flock(cache->lock, LOCK_EX | LOCK_NB) || is_linked(cache);
	tree.is_complete = is_complete(cache);
	close(cache->lock);
	cache->lock = -1;
	return function(&tree, data);
}

int kheaders_for_each_tree(struct kheaders *kh, const char *directory,
			   int (*function)(const struct kheaders_tree *tree, void *data),
			   void *data)
{
	struct cache cache = { .fd = -1, .lock = -1 };
	struct dirent *entry;
	DIR *dir = NULL;
	int fd = -1, err;

	err = open_cache(kh, &cache, directory);
	if (!err) {
		fd = openat(cache.fd, ".", OPEN_DIRECTORY);
		dir = fd < 0 ? NULL : fdopendir(fd);
		if (!dir)
			err = fail(kh, -errno, "%s: %s", cache.path, strerror(errno));
		if (!dir && fd >= 0)
			close(fd);
	}
	while (!err && (entry = readdir(dir))) {
		if (!is_lock_name(entry->d_name))
			continue;
		cache.key = entry->d_name;
		err = report_tree(&cache, function, data);
		cache.key = NULL;
	}
	if (dir)
		closedir(dir);
	close_cache(&cache);
	return err;
}

int kheaders_remove_tree(struct kheaders *kh, const char *directory, const char *name)
{
	struct cache cache = { .fd = -1, .lock = -1 };
	char lock[NAME_MAX];
	int err;

	if (strchr(name, '/') || name[0] == '.' || strlen(name) > NAME_MAX - 16)
		return fail(kh, -EINVAL, "%s: is not the name of a tree", name);
	err = open_cache(kh, &cache, directory);
	if (err)
		goto out_close;
	snprintf(lock, sizeof(lock), "%s.lock", name);
	cache.key = strdup(name);
	cache.lock = openat(cache.fd, lock, O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (!cache.key)
		err = out_of_memory(kh);
	else if (cache.lock < 0)
		err = cache_failed(kh, &cache, "");
	else if (flock(cache.lock, LOCK_EX | LOCK_NB) || is_linked(&cache))
		err = fail(kh, -EBUSY, "%s/%s: is used", cache.path, name);
	if (!err) {
		remove_leftovers(&cache);
		unlinkat(cache.fd, lock, 0);
	}
out_close:
	close_cache(&cache);
	return err;
}

int kheaders_path(struct kheaders *kh, const char *directory, char **path, int *lock)
{
	struct cache cache = { .fd = -1, .lock = -1 };
	char *tree = NULL;
	int err;

	err = open_cache(kh, &cache, directory);
	if (!err)
		err = make_key(kh, &cache);
	if (!err && asprintf(&tree, "%s/%s", cache.path, cache.key) < 0) {
		tree = NULL;
		err = out_of_memory(kh);
	}
	if (!err)
		err = provide(kh, &cache, tree);
	if (!err && lock) {
		*lock = cache.lock;
		cache.lock = -1;
	}
	close_cache(&cache);
	if (err)
		free(tree);
	else
		*path = tree;
	return err;
}
