// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which blocks an xz file consists of: the indexes of all its streams, one after the other. */
#include <errno.h>
#include <string.h>

#include "internal.h"

int lzma_error(struct kheaders *kh, lzma_ret ret)
{
	switch (ret) {
	case LZMA_MEM_ERROR:
		return fail(kh, -ENOMEM, "%s: out of memory", kh->path);
	case LZMA_MEMLIMIT_ERROR:
		return fail(kh, -E2BIG, "%s: decoding it takes more than %llu bytes",
			    kh->path, (unsigned long long)kh->limits.decoder_memory);
	case LZMA_OPTIONS_ERROR:
	case LZMA_UNSUPPORTED_CHECK:
		return fail(kh, -EOPNOTSUPP, "%s: is compressed in an unknown way",
			    kh->path);
	default:
		return fail(kh, -EBADMSG, "%s: is damaged or truncated", kh->path);
	}
}

/* The next bytes from *offset on, which is then after them. */
static int fill(const struct kheaders *kh, lzma_stream *strm, uint8_t *buffer, size_t size,
		uint64_t *offset)
{
	int err = 0;

	if (size > kh->size - *offset)
		size = kh->size - *offset;
	if (kh->data)
		memcpy(buffer, kh->data + *offset, size);
	else
		err = read_at(kh, buffer, size, *offset);
	strm->next_in = buffer;
	strm->avail_in = size;
	*offset += size;
	return err;
}

/* liblzma asks for what it wants to see next. */
int index_read(struct kheaders *kh)
{
	lzma_stream strm = LZMA_STREAM_INIT;
	uint64_t offset = 0;
	uint8_t buffer[4096];
	lzma_ret ret;
	int err = 0;

	ret = lzma_file_info_decoder(&strm, &kh->index, kh->limits.decoder_memory,
				     kh->size);
	while (!err && (ret == LZMA_OK || ret == LZMA_SEEK_NEEDED)) {
		if (ret == LZMA_SEEK_NEEDED)
			offset = strm.seek_pos;
		if (ret == LZMA_SEEK_NEEDED || !strm.avail_in)
			err = fill(kh, &strm, buffer, sizeof(buffer), &offset);
		if (!err)
			ret = lzma_code(&strm, LZMA_RUN);
	}
	lzma_end(&strm);
	if (err)
		return read_failed(kh, err);
	if (ret != LZMA_STREAM_END)
		return lzma_error(kh, ret);
	if (!lzma_index_block_count(kh->index))
		return fail(kh, -EBADMSG, "%s: has nothing in it", kh->path);
	if (lzma_index_uncompressed_size(kh->index) > kh->limits.total_size)
		return fail(kh, -E2BIG, "%s: unpacks to more than %llu bytes", kh->path,
			    (unsigned long long)kh->limits.total_size);
	return 0;
}
