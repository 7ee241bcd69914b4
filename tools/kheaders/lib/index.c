// SPDX-License-Identifier: LGPL-2.1-or-later
/* Which blocks an xz file consists of: the indexes of all its streams, one after the other. */
#include <errno.h>

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

/* liblzma asks for what it wants to see next; all of it is in memory. */
int index_read(struct kheaders *kh)
{
	lzma_stream strm = LZMA_STREAM_INIT;
	lzma_ret ret;

	ret = lzma_file_info_decoder(&strm, &kh->index, kh->limits.decoder_memory,
				     kh->size);
	if (ret == LZMA_OK) {
		strm.next_in = kh->data;
		strm.avail_in = kh->size;
		while ((ret = lzma_code(&strm, LZMA_RUN)) == LZMA_SEEK_NEEDED) {
			strm.next_in = kh->data + strm.seek_pos;
			strm.avail_in = kh->size - strm.seek_pos;
		}
	}
	lzma_end(&strm);
	if (ret != LZMA_STREAM_END)
		return lzma_error(kh, ret);
	if (!lzma_index_block_count(kh->index))
		return fail(kh, -EBADMSG, "%s: has nothing in it", kh->path);
	if (lzma_index_uncompressed_size(kh->index) > kh->limits.total_size)
		return fail(kh, -E2BIG, "%s: unpacks to more than %llu bytes", kh->path,
			    (unsigned long long)kh->limits.total_size);
	return 0;
}
