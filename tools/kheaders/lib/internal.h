/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of libkheaders share. */
#ifndef KHEADERS_INTERNAL_H
#define KHEADERS_INTERNAL_H

#include <lzma.h>
#include <pthread.h>
#include <signal.h>
#include <sys/types.h>

#include "../libkheaders.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define MANIFEST	".kheaders/manifest"

struct kheaders {
	char error[512];
	struct kheaders_limits limits;
	volatile sig_atomic_t cancel_flag;
	const volatile sig_atomic_t *cancelled;	/* the flag; a thread's copy has the original's */
	void (*progress)(uint64_t done, uint64_t total, void *data);
	void *progress_data;

	/* the archive that is open */
	char *path;
	int fd;
	uint8_t *data;		/* if it was in another file; read_at() otherwise */
	uint64_t size;
	lzma_index *index;
	struct kept_block *kept;	/* that kheaders_pread() has decoded, last read first */

	bool is_described;
	struct kheaders_info info;
	char *manifest;		/* what the strings of info point to */
	char **patterns;	/* of the members in block 1, 2, ...; blanks between them */
	size_t pattern_count;
};

static inline bool is_cancelled(const struct kheaders *kh)
{
	return *kh->cancelled;
}

/*
 * fail(): notes what was wrong, as a format and its arguments, and returns err, which is
 * negative.
 */
int fail(struct kheaders *kh, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * The bytes of blocks first to last of the archive, one chunk after the other. Blocks are
 * decoded side by side, as far as limits and memory allow.
 */
struct stream;
int stream_open(struct kheaders *kh, uint64_t first, uint64_t last, struct stream **out);
/* Points *chunk to the next bytes, valid until the next call. *size is 0 at the end. */
int stream_next(struct stream *stream, const void **chunk, size_t *size);
void stream_close(struct stream *stream);

/* Frees kh->kept. */
void forget_blocks(struct kheaders *kh);

/* Tells the caller's function, if there is one. */
void report_progress(struct kheaders *kh, uint64_t done, uint64_t total);

/* Reads all those bytes of kh->fd. Returns a negative errno, for read_failed() to say. */
int read_at(const struct kheaders *kh, void *buffer, size_t size, uint64_t offset);
int read_failed(struct kheaders *kh, int err);

/* Reads the archive that is somewhere in kh->fd to kh->data, and sets kh->size. */
int image_find(struct kheaders *kh);

/* Builds kh->index. */
int index_read(struct kheaders *kh);

/* Notes in words what liblzma says, and returns an errno. */
int lzma_error(struct kheaders *kh, lzma_ret ret);

/*
 * Starts up to *count threads, and sets *count to how many there are. Signals are for the
 * caller's threads. Returns a negative errno if there is none.
 */
int start_threads(struct kheaders *kh, pthread_t *threads, unsigned int *count,
		  void *(*function)(void *arg), void *arg);

/*
 * Walks the tar archive in blocks first to last. The function is called for each member,
 * and reads what it wants of its contents with walk_read() or walk_next(). If it returns
 * other than 0 the walk ends, and returns that. Names, sizes and types have been checked.
 * A member's offset is from the beginning of the first block.
 */
struct walk;
typedef int walk_function(struct walk *walk, const struct kheaders_member *member, void *data);
int walk(struct kheaders *kh, uint64_t first, uint64_t last, walk_function *function,
	 void *data);

/* What walks over blocks of the same archive have in common, in several threads. */
struct tally {
	pthread_mutex_t mutex;
	bool without_names;	/* the file system sees to it that each is there once */
	void *names;		/* a tree of those seen */
	uint64_t members;
	uint64_t total_size;
	uint64_t decoded;	/* bytes */
	bool stop;		/* one of them has failed */
};
void tally_init(struct tally *tally);
void tally_destroy(struct tally *tally);
int walk_tallied(struct kheaders *kh, uint64_t first, uint64_t last, struct tally *tally,
		 walk_function *function, void *data);
/* The archive, or the copy of it that the walk's thread has. */
struct kheaders *walk_kheaders(struct walk *walk);
/* As read(2), of the member that the walk is at. */
ssize_t walk_read(struct walk *walk, void *buffer, size_t size);
/* Reads all of that member; *contents is the caller's, and ends in a NUL. */
int walk_read_all(struct walk *walk, const struct kheaders_member *member,
		  char **contents);

/* Points *chunk to the next bytes of it, valid until the next call. *size is 0 at the end. */
int walk_next(struct walk *walk, const void **chunk, size_t *size);

int walk_all(struct kheaders *kh, walk_function *function, void *data);

/*
 * As walk_all(), in no order, and without looking for names that are there twice, with
 * several threads if the archive says what is in each block. Thread number i calls the
 * function with data[i]; there are at most "count".
 */
int walk_in_threads(struct kheaders *kh, walk_function *function, void *const *data,
		    unsigned int count);

/*
 * As kheaders_extract(), to the name base in the directory parent; path is for messages.
 * Beside it, what is not complete has a name that begins with "." and base and another ".".
 */
int extract_at(struct kheaders *kh, int parent, const char *base, const char *path);
/* Removes all that is in a directory, and closes it. No link is followed. */
void empty_directory(int fd);

/* Fills kh->info. */
int describe(struct kheaders *kh);
void describe_forget(struct kheaders *kh);

/* The blocks that may hold a member. */
void find_blocks(const struct kheaders *kh, const char *name, uint64_t *first,
		 uint64_t *last);

#endif /* KHEADERS_INTERNAL_H */
