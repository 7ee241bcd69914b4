/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libkheaders: finds, describes, checks and unpacks the archive of headers that a kernel
 * carries, its own /sys/kernel/kheaders.tar.xz or one in a file.
 *
 * A struct kheaders is one archive, for one thread at a time. Functions that can fail
 * return 0 or a negative errno, and kheaders_error() says in words what was wrong. The
 * library never prints or exits; kheaders_load() alone runs another program.
 */
#ifndef LIBKHEADERS_H
#define LIBKHEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kheaders;

/* What an archive may demand of who reads it. 0 stands for the default. */
struct kheaders_limits {
	uint64_t decoder_memory;	/* bytes for each decoder; 64 MiB */
	uint64_t total_size;		/* bytes of all members; 1 GiB */
	uint64_t members;		/* how many; 200,000 */
	size_t name_length;		/* bytes of a member's name; 1,024 */
	unsigned int name_depth;	/* directories above a member; 32 */
	unsigned int threads;		/* that decode; one per processor, at most 8 */
};

/* What is known of an archive. Strings are the archive's until it is closed; "" if it
 * does not say. */
struct kheaders_info {
	const char *path;	/* where it was found */
	const char *release;	/* as uname -r prints it on that kernel */
	const char *arch;	/* the directory below arch/ */
	const char *profile;	/* "headers", or "build": with what builds modules */
	const char *compiler;	/* what the kernel was built with */
	const char *digest;	/* "sha256:" and that of all members but the manifest */
	bool has_manifest;	/* or was the above found in the headers? */
	bool is_running;	/* is it of the kernel that runs here? */
	uint64_t size;		/* bytes of the archive */
	uint64_t unpacked_size;	/* bytes of the tar archive in it */
	uint64_t blocks;	/* that can be decoded by themselves */
};

/*
 * A member of an archive: a regular file. Archives of Linux's own CONFIG_IKHEADERS also have
 * links, which are copies of the member that they lead to as soon as they are unpacked.
 */
struct kheaders_member {
	const char *name;	/* without the leading "./" */
	const char *link;	/* of a link, the name of the other member, or NULL */
	uint64_t size;		/* bytes */
	uint64_t offset;	/* of its contents in the tar archive, for kheaders_pread() */
	unsigned int mode;	/* permissions: 0644 or 0755 */
};

/*
 * Returns a new object in *kh, to be freed by kheaders_free(), or -ENOMEM.
 */
int kheaders_new(struct kheaders **kh);
void kheaders_free(struct kheaders *kh);

/* Says what went wrong in the last call that failed. Valid until the next call. */
const char *kheaders_error(const struct kheaders *kh);

void kheaders_set_limits(struct kheaders *kh, const struct kheaders_limits *limits);

/*
 * Has the call that is running, and all later ones, end soon, with -ECANCELED and whatever
 * they began undone. May be called from another thread, or when a signal is handled.
 */
void kheaders_cancel(struct kheaders *kh);

/*
 * Has a function called now and then while an archive is looked for in a file, or decoded:
 * that much of it is done. NULL for none.
 */
void kheaders_set_progress(struct kheaders *kh,
			   void (*function)(uint64_t done, uint64_t total, void *data),
			   void *data);

/*
 * Has modprobe(8) load the module kheaders, which then stays loaded: others may have begun
 * to use it. It is the program that the kernel itself runs for that, without a shell.
 */
int kheaders_load(struct kheaders *kh);

/*
 * Opens an archive: the file at path, or the first one in it, if it is a kernel's image, a
 * module or a dump of memory; or, where path is NULL, the first there is of
 * /sys/kernel/kheaders.tar.xz and /proc/kheaders.tar.xz.
 *
 * Errors: -ENOENT if there is no such file, -EOPNOTSUPP if there is no archive in it,
 * -EBADMSG if it is damaged, -E2BIG if it exceeds a limit, or what the system said.
 */
int kheaders_open(struct kheaders *kh, const char *path);

/*
 * Describes the archive that is open. What the manifest says is taken from there; archives
 * of Linux's own CONFIG_IKHEADERS have none, and are decoded as far as it takes.
 */
int kheaders_get_info(struct kheaders *kh, struct kheaders_info *info);

/*
 * Calls a function for each member, in the archive's order; a return value other than 0
 * ends that and is returned. All members have been decoded and checked once it returns 0.
 */
int kheaders_for_each(struct kheaders *kh,
		      int (*function)(const struct kheaders_member *member, void *data),
		      void *data);

/*
 * Decodes everything, and compares the manifest's digest, if there is one.
 * Returns -EBADMSG if anything is not as it was packed.
 */
int kheaders_verify(struct kheaders *kh);

/*
 * Reads one member: *contents is the caller's, to be freed by free(), and has a NUL
 * after its *size bytes. Returns -ENOENT if there is no such member. Decodes no more of
 * the archive than it takes, where the archive says what is where.
 */
int kheaders_read(struct kheaders *kh, const char *name, char **contents, size_t *size);

/*
 * Reads the tar archive, as pread(2) reads a file, and returns how many bytes. Blocks of it
 * are decoded when they are first read and kept, 64 MiB of them at most, or one.
 */
ssize_t kheaders_pread(struct kheaders *kh, void *buffer, size_t size, uint64_t offset);

/*
 * Unpacks to a directory that does not exist yet, or is empty: all of it or, if that fails,
 * nothing. Files belong to the caller, with modes 0644 and 0755, and are not to be had by
 * others before all is there. Returns -EEXIST if there is something else already.
 */
int kheaders_extract(struct kheaders *kh, const char *directory);

/*
 * Returns in *path the directory of a tree that has been unpacked, or is now, for all who
 * want the same archive. It is below the directory "cache", or, if that is NULL, below
 * /var/cache/kheaders for root, $XDG_CACHE_HOME/kheaders or ~/.cache/kheaders for others.
 * The path is the caller's, to be freed by free(). Callers at once wait for one of them.
 *
 * If lock is not NULL, *lock is a descriptor for the caller to close, or to pass on to
 * programs: with it held, the tree counts as used.
 *
 * Errors: -EPERM if others than the caller may write to the cache.
 */
int kheaders_path(struct kheaders *kh, const char *cache, char **path, int *lock);

/* A tree in the cache. */
struct kheaders_tree {
	const char *name;	/* of the directory in the cache */
	int64_t used;		/* when it was last asked for, in seconds since 1970 */
	bool is_complete;
	bool is_used;		/* somebody holds its lock, or /lib/modules/.../build leads there */
};

/*
 * Calls a function for each tree in the cache, which is as for kheaders_path(); a return
 * value other than 0 ends that and is returned. No archive need be open.
 */
int kheaders_for_each_tree(struct kheaders *kh, const char *cache,
			   int (*function)(const struct kheaders_tree *tree, void *data),
			   void *data);

/*
 * Removes a tree. Returns -EBUSY if it is used, -ENOENT if there is none.
 */
int kheaders_remove_tree(struct kheaders *kh, const char *cache, const char *name);

#ifdef __cplusplus
}
#endif

#endif /* LIBKHEADERS_H */
