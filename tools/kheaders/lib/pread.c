// SPDX-License-Identifier: LGPL-2.1-or-later
/* Reads the tar archive anywhere. Blocks are decoded when they are first read, and kept. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/* Of all blocks that are kept, unless it is one that is larger. */
#define KEPT_SIZE_MAX	(64 << 20)

struct kept_block {
	struct kept_block *next;
	uint64_t offset;		/* in the tar archive */
	uint64_t size;
	uint8_t data[];
};

static int decode_block(struct kheaders *kh, uint64_t number, struct kept_block *block)
{
	struct stream *stream;
	uint64_t done = 0;
	const void *chunk;
	size_t size;
	int err;

	err = stream_open(kh, number, number, &stream);
	if (err)
		return err;
	while (!(err = stream_next(stream, &chunk, &size)) && size) {
		if (size > block->size - done) {
			err = lzma_error(kh, LZMA_DATA_ERROR);
			break;
		}
		memcpy(block->data + done, chunk, size);
		done += size;
	}
	stream_close(stream);
	if (!err && done < block->size)
		err = lzma_error(kh, LZMA_DATA_ERROR);
	return err;
}

/* Forgets what has not been read for longest, until so much more can be kept. */
static void make_room(struct kheaders *kh, uint64_t size)
{
	struct kept_block **link = &kh->kept;
	uint64_t total = size;

	while (*link && total + (*link)->size <= KEPT_SIZE_MAX) {
		total += (*link)->size;
		link = &(*link)->next;
	}
	while (*link) {
		struct kept_block *block = *link;

		*link = block->next;
		free(block);
	}
}

/* The block that has that offset in it, which becomes the first of those that are kept. */
static int keep_block(struct kheaders *kh, uint64_t offset)
{
	struct kept_block **link, *block;
	lzma_index_iter iter;
	int err;

	for (link = &kh->kept; *link; link = &(*link)->next)
		if (offset >= (*link)->offset && offset - (*link)->offset < (*link)->size)
			break;
	block = *link;
	if (block) {
		*link = block->next;
		block->next = kh->kept;
		kh->kept = block;
		return 0;
	}

	lzma_index_iter_init(&iter, kh->index);
	if (lzma_index_iter_locate(&iter, offset))
		return fail(kh, -EINVAL, "%s: is not as long as that", kh->path);
	make_room(kh, iter.block.uncompressed_size);
	block = malloc(sizeof(*block) + iter.block.uncompressed_size);
	if (!block)
		return fail(kh, -ENOMEM, "%s: out of memory", kh->path);
	block->offset = iter.block.uncompressed_file_offset;
	block->size = iter.block.uncompressed_size;
	err = decode_block(kh, iter.block.number_in_file - 1, block);
	if (err) {
		free(block);
		return err;
	}
	block->next = kh->kept;
	kh->kept = block;
	return 0;
}

ssize_t kheaders_pread(struct kheaders *kh, void *buffer, size_t size, uint64_t offset)
{
	uint8_t *to = buffer;
	size_t done = 0;
	int err;

	if (!kh->index)
		return fail(kh, -EINVAL, "no archive is open");
	if (size > SSIZE_MAX)
		size = SSIZE_MAX;
	while (done < size && offset < lzma_index_uncompressed_size(kh->index)) {
		const struct kept_block *block;
		size_t n, at;

		err = keep_block(kh, offset);
		if (err)
			return err;
		block = kh->kept;
		at = offset - block->offset;
		n = block->size - at;
		if (n > size - done)
			n = size - done;
		memcpy(to + done, block->data + at, n);
		done += n;
		offset += n;
	}
	return done;
}

void forget_blocks(struct kheaders *kh)
{
	struct kept_block *next;

	for (; kh->kept; kh->kept = next) {
		next = kh->kept->next;
		free(kh->kept);
	}
}
