// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Decodes blocks of an xz file, several at once.
 *
 * Threads take the next block each and decode it to memory of its own; the caller is given
 * the blocks in order. A slot holds one that is decoded ahead. An archive with one block,
 * or with blocks too large for that, is decoded in pieces by the caller itself.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Larger blocks are not decoded as a whole. */
#define BLOCK_SIZE_MAX	(8 << 20)

/* All slots together: with input and decoders, usual archives take less than 64 MiB. */
#define SLOTS_SIZE_MAX	(40 << 20)

#define PIECE_SIZE	(128 << 10)

struct block {
	const uint8_t *data;	/* header, compressed data, padding, check; once it is loaded */
	uint8_t *own;		/* memory that was allocated for it, or NULL */
	uint64_t offset;
	uint64_t size;
	uint64_t unpadded_size;
	uint64_t uncompressed_size;
	lzma_check check;
};

struct slot {
	uint8_t *data;
	int err;		/* of reading, or */
	lzma_ret ret;		/* of decoding */
	bool is_done;
};

struct stream {
	struct kheaders *kh;
	struct block *blocks;
	size_t count;
	size_t next;		/* the block that the caller has, or gets next */
	bool is_held;		/* the caller has it */

	/* in pieces */
	uint8_t *piece;
	lzma_stream strm;
	lzma_block xz;
	lzma_filter filters[LZMA_FILTERS_MAX + 1];

	/* side by side */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	pthread_t *threads;
	unsigned int thread_count;
	struct slot *slots;
	size_t slot_count;
	size_t taken;		/* the first block that no thread has taken */
	bool stop;
};

/*
 * Decodes a block's header. Its sizes must be those that the index says, and the memory that
 * decoding takes within the limit. If all is well, filters are to be freed.
 */
static lzma_ret read_header(const struct kheaders *kh, const struct block *block,
			    lzma_block *xz, lzma_filter *filters)
{
	uint64_t memory;
	lzma_ret ret;

	*xz = (lzma_block) {
		.version = 1,
		.check = block->check,
		.filters = filters,
	};
	if (!block->data[0])
		return LZMA_DATA_ERROR;
	xz->header_size = lzma_block_header_size_decode(block->data[0]);
	if (xz->header_size > block->size)
		return LZMA_DATA_ERROR;
	ret = lzma_block_header_decode(xz, NULL, block->data);
	if (ret != LZMA_OK)
		return ret;

	memory = lzma_raw_decoder_memusage(filters);
	ret = lzma_block_compressed_size(xz, block->unpadded_size);
	if (ret == LZMA_OK && xz->uncompressed_size != LZMA_VLI_UNKNOWN &&
	    xz->uncompressed_size != block->uncompressed_size)
		ret = LZMA_DATA_ERROR;
	if (ret == LZMA_OK && memory == UINT64_MAX)
		ret = LZMA_OPTIONS_ERROR;
	if (ret == LZMA_OK && memory > kh->limits.decoder_memory)
		ret = LZMA_MEMLIMIT_ERROR;
	xz->uncompressed_size = block->uncompressed_size;
	if (ret != LZMA_OK)
		lzma_filters_free(filters, NULL);
	return ret;
}

/* Makes its data available. Returns a negative errno. */
static int load(const struct kheaders *kh, struct block *block)
{
	if (kh->data) {
		block->data = kh->data + block->offset;
		return 0;
	}
	block->own = malloc(block->size);
	block->data = block->own;
	return block->own ? read_at(kh, block->own, block->size, block->offset) : -ENOMEM;
}

static void unload(struct block *block)
{
	free(block->own);
	block->own = NULL;
}

static lzma_ret decode(const struct kheaders *kh, const struct block *block, uint8_t *out)
{
	lzma_filter filters[LZMA_FILTERS_MAX + 1];
	size_t in_pos, out_pos = 0;
	lzma_block xz;
	lzma_ret ret;

	ret = read_header(kh, block, &xz, filters);
	if (ret != LZMA_OK)
		return ret;
	in_pos = xz.header_size;
	ret = lzma_block_buffer_decode(&xz, NULL, block->data, &in_pos, block->size, out,
				       &out_pos, block->uncompressed_size);
	lzma_filters_free(filters, NULL);
	return ret;
}

static void *decode_blocks(void *arg)
{
	struct stream *s = arg;
	struct block *block;
	struct slot *slot;
	uint8_t *data;
	lzma_ret ret = LZMA_OK;
	int err;

	pthread_mutex_lock(&s->mutex);
	while (!s->stop && s->taken < s->count) {
		if (s->taken >= s->next + s->slot_count) {
			pthread_cond_wait(&s->changed, &s->mutex);
			continue;
		}
		slot = &s->slots[s->taken % s->slot_count];
		block = &s->blocks[s->taken++];
		pthread_mutex_unlock(&s->mutex);

		data = malloc(block->uncompressed_size + 1);
		err = data ? load(s->kh, block) : -ENOMEM;
		if (!err)
			ret = decode(s->kh, block, data);
		unload(block);

		pthread_mutex_lock(&s->mutex);
		slot->data = data;
		slot->err = err;
		slot->ret = ret;
		slot->is_done = true;
		pthread_cond_broadcast(&s->changed);
	}
	pthread_mutex_unlock(&s->mutex);
	return NULL;
}

static int decode_side_by_side(struct stream *s, unsigned int wanted)
{
	s->threads = calloc(wanted, sizeof(*s->threads));
	s->slots = calloc(s->slot_count, sizeof(*s->slots));
	if (!s->threads || !s->slots)
		return fail(s->kh, -ENOMEM, "%s: out of memory", s->kh->path);
	pthread_mutex_init(&s->mutex, NULL);
	pthread_cond_init(&s->changed, NULL);
	s->thread_count = wanted;
	return start_threads(s->kh, s->threads, &s->thread_count, decode_blocks, s);
}

static void stop_threads(struct stream *s)
{
	size_t i;

	if (!s->thread_count)
		return;
	pthread_mutex_lock(&s->mutex);
	s->stop = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->mutex);
	for (i = 0; i < s->thread_count; i++)
		pthread_join(s->threads[i], NULL);
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->mutex);
}

/* Sets blocks to those from first to last, and returns the size of the largest. */
static uint64_t list_blocks(struct stream *s, uint64_t first, uint64_t last)
{
	uint64_t largest = 0;
	lzma_index_iter iter;

	lzma_index_iter_init(&iter, s->kh->index);
	while (!lzma_index_iter_next(&iter, LZMA_INDEX_ITER_BLOCK)) {
		if (iter.block.number_in_file - 1 < first ||
		    iter.block.number_in_file - 1 > last)
			continue;
		s->blocks[s->count++] = (struct block) {
			.offset = iter.block.compressed_file_offset,
			.size = iter.block.total_size,
			.unpadded_size = iter.block.unpadded_size,
			.uncompressed_size = iter.block.uncompressed_size,
			.check = iter.stream.flags->check,
		};
		if (iter.block.uncompressed_size > largest)
			largest = iter.block.uncompressed_size;
	}
	return largest;
}

int stream_open(struct kheaders *kh, uint64_t first, uint64_t last, struct stream **out)
{
	unsigned int threads = kh->limits.threads;
	struct stream *s;
	uint64_t largest;
	int err;

	s = calloc(1, sizeof(*s));
	if (!s)
		return fail(kh, -ENOMEM, "%s: out of memory", kh->path);
	s->kh = kh;
	s->strm = (lzma_stream)LZMA_STREAM_INIT;
	s->blocks = calloc(last - first + 1, sizeof(*s->blocks));
	if (!s->blocks) {
		stream_close(s);
		return fail(kh, -ENOMEM, "%s: out of memory", kh->path);
	}
	largest = list_blocks(s, first, last);

	if (s->count == 1 || largest > BLOCK_SIZE_MAX) {
		s->piece = malloc(PIECE_SIZE);
		err = s->piece ? 0 : fail(kh, -ENOMEM, "%s: out of memory", kh->path);
	} else {
		while (threads > 1 && (threads + 1) * largest > SLOTS_SIZE_MAX)
			threads--;
		s->slot_count = threads + 1;
		err = decode_side_by_side(s, threads);
	}
	if (err)
		stream_close(s);
	else
		*out = s;
	return err;
}

void stream_close(struct stream *s)
{
	size_t i;

	if (!s)
		return;
	stop_threads(s);
	for (i = 0; s->slots && i < s->slot_count; i++)
		free(s->slots[i].data);
	free(s->slots);
	free(s->threads);
	if (s->is_held && s->piece)
		lzma_filters_free(s->filters, NULL);
	lzma_end(&s->strm);
	free(s->piece);
	for (i = 0; i < s->count; i++)
		unload(&s->blocks[i]);
	free(s->blocks);
	free(s);
}

/* The next piece of the block that is held, or of the next one. */
static int next_piece(struct stream *s, const void **chunk, size_t *size)
{
	lzma_ret ret;

	while (s->next < s->count) {
		struct block *block = &s->blocks[s->next];

		if (!s->is_held) {
			int err = load(s->kh, block);

			if (err)
				return read_failed(s->kh, err);
			ret = read_header(s->kh, block, &s->xz, s->filters);
			if (ret != LZMA_OK)
				return lzma_error(s->kh, ret);
			s->is_held = true;
			ret = lzma_block_decoder(&s->strm, &s->xz);
			if (ret != LZMA_OK)
				return lzma_error(s->kh, ret);
			s->strm.next_in = block->data + s->xz.header_size;
			s->strm.avail_in = block->size - s->xz.header_size;
		}
		s->strm.next_out = s->piece;
		s->strm.avail_out = PIECE_SIZE;
		ret = lzma_code(&s->strm, LZMA_FINISH);
		if (ret == LZMA_STREAM_END) {
			lzma_filters_free(s->filters, NULL);
			unload(block);
			s->is_held = false;
			s->next++;
		} else if (ret != LZMA_OK) {
			return lzma_error(s->kh, ret);
		}
		*chunk = s->piece;
		*size = PIECE_SIZE - s->strm.avail_out;
		if (*size)
			return 0;
	}
	*size = 0;
	return 0;
}

/* Gives up the block that is held. */
static void release_block(struct stream *s)
{
	struct slot *slot = &s->slots[s->next++ % s->slot_count];

	free(slot->data);
	*slot = (struct slot) { 0 };
	s->is_held = false;
	pthread_cond_broadcast(&s->changed);
}

/* The next block. The one before is not needed any more. */
static int next_block(struct stream *s, const void **chunk, size_t *size)
{
	const struct slot *slot;
	lzma_ret ret = LZMA_OK;
	int err = 0;

	*size = 0;
	pthread_mutex_lock(&s->mutex);
	if (s->is_held)
		release_block(s);
	if (s->next < s->count) {
		slot = &s->slots[s->next % s->slot_count];
		while (!slot->is_done)
			pthread_cond_wait(&s->changed, &s->mutex);
		s->is_held = true;
		err = slot->err;
		ret = slot->ret;
		*chunk = slot->data;
		*size = s->blocks[s->next].uncompressed_size;
	}
	pthread_mutex_unlock(&s->mutex);
	if (err)
		return read_failed(s->kh, err);
	return ret == LZMA_OK ? 0 : lzma_error(s->kh, ret);
}

int stream_next(struct stream *s, const void **chunk, size_t *size)
{
	if (s->piece)
		return next_piece(s, chunk, size);
	do {
		int err = next_block(s, chunk, size);

		if (err)
			return err;
	} while (!*size && s->is_held);
	return 0;
}
