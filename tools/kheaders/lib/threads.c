// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Threads, and walking an archive with several of them: each takes the next block, and has an
 * object of libarchive's to itself. These share a counter, from which members get inode
 * numbers, which nobody looks at.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

int start_threads(struct kheaders *kh, pthread_t *threads, unsigned int *count,
		  void *(*function)(void *arg), void *arg)
{
	unsigned int wanted = *count;
	sigset_t all, before;
	int err = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	for (*count = 0; !err && *count < wanted; *count += !err)
		err = pthread_create(&threads[*count], NULL, function, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (wanted && !*count)
		return fail(kh, -err, "cannot start a thread: %s", strerror(err));
	return 0;
}

struct block_size {
	uint64_t number;
	uint64_t size;
};

struct team {
	struct kheaders *kh;
	struct tally tally;
	walk_function *function;
	void *const *data;

	/* with the tally's mutex held */
	const struct block_size *blocks;
	size_t block_count;
	size_t taken;		/* how many blocks have been */
	unsigned int members;	/* how many threads have begun */
	int err;
	char error[sizeof(((struct kheaders *)0)->error)];
};

static void *work(void *arg)
{
	struct team *team = arg;
	struct kheaders kh = *team->kh;	/* for a message of its own */
	unsigned int number;
	int err = 0;

	pthread_mutex_lock(&team->tally.mutex);
	number = team->members++;
	if (number)
		kh.progress = NULL;	/* the caller's thread tells the caller */
	while (!team->err && team->taken < team->block_count) {
		uint64_t block = team->blocks[team->taken++].number;

		pthread_mutex_unlock(&team->tally.mutex);
		err = walk_tallied(&kh, block, block, &team->tally, team->function,
				   team->data[number]);
		pthread_mutex_lock(&team->tally.mutex);
		if (err && !team->err) {
			team->err = err;
			memcpy(team->error, kh.error, sizeof(kh.error));
			team->tally.stop = true;
		}
	}
	pthread_mutex_unlock(&team->tally.mutex);
	return NULL;
}

/* The largest first, so that none is left to be done alone at the end. */
static int compare_sizes(const void *a, const void *b)
{
	const struct block_size *left = a, *right = b;

	return (left->size < right->size) - (left->size > right->size);
}

static void list_by_size(struct kheaders *kh, struct block_size *blocks)
{
	lzma_index_iter iter;
	size_t i;

	lzma_index_iter_init(&iter, kh->index);
	for (i = 0; !lzma_index_iter_next(&iter, LZMA_INDEX_ITER_BLOCK); i++)
		blocks[i] = (struct block_size) { i, iter.block.uncompressed_size };
	qsort(blocks, i, sizeof(*blocks), compare_sizes);
}

/* A block of members for each line of the manifest, between the manifest and the end */
static bool can_be_divided(const struct kheaders *kh)
{
	return kh->is_described && kh->pattern_count &&
	       lzma_index_block_count(kh->index) == kh->pattern_count + 2;
}

int walk_in_threads(struct kheaders *kh, walk_function *function, void *const *data,
		    unsigned int count)
{
	struct team team = { .kh = kh, .function = function, .data = data };
	unsigned int others = count - 1, i;
	struct block_size *blocks;
	pthread_t *threads;

	if (!can_be_divided(kh))
		return walk_all(kh, function, data[0]);

	team.block_count = lzma_index_block_count(kh->index);
	blocks = calloc(team.block_count, sizeof(*blocks));
	threads = calloc(count, sizeof(*threads));
	if (!blocks || !threads) {
		free(blocks);
		free(threads);
		return fail(kh, -ENOMEM, "%s: out of memory", kh->path);
	}
	list_by_size(kh, blocks);
	team.blocks = blocks;
	tally_init(&team.tally);
	team.tally.without_names = true;
	start_threads(kh, threads, &others, work, &team);
	work(&team);
	for (i = 0; i < others; i++)
		pthread_join(threads[i], NULL);
	tally_destroy(&team.tally);
	free(threads);
	free(blocks);
	if (team.err)
		memcpy(kh->error, team.error, sizeof(kh->error));
	return team.err;
}
