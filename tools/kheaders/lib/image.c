// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Archives in other files: kernel images, modules, dumps of memory. An archive is what
 * begins as an xz file does and decodes to what begins as a tar archive of headers does,
 * stream by stream to the last. It is looked for in the file as it is, then in whatever is
 * compressed in there, and, if the file is compressed as a whole, in whatever is compressed
 * in that. Mostly nothing but the archive itself is kept in memory.
 */
#include <archive.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zstd.h>

#include "internal.h"

#define CHUNK_SIZE	(1 << 20)

/* Of an archive: several times the largest. */
#define ARCHIVE_SIZE_MAX	(64 << 20)

/* In larger files, which are dumps, nothing compressed is looked into. */
#define IMAGE_SIZE_MAX	(512 << 20)

/* What decompressing a kernel may take, which is compressed with larger dictionaries. */
#define DECODER_MEMORY_MAX	(160 << 20)

#define TAR_RECORD	512
#define TAR_TYPE_AT	156
#define TAR_MAGIC_AT	257

static const uint8_t xz_magic[] = { 0xfd, '7', 'z', 'X', 'Z', 0 };

/* How what libarchive can decompress begins. */
static const struct {
	const char *bytes;
	size_t size;
} compressors[] = {
	{ "\x1f\x8b\x08", 3 },		/* gzip */
	{ "\x28\xb5\x2f\xfd", 4 },	/* zstd */
	{ "\xfd" "7zXZ\0", 6 },		/* xz */
	{ "\x02\x21\x4c\x18", 4 },	/* lz4, as kernels have it */
	{ "\x04\x22\x4d\x18", 4 },	/* lz4 */
	{ "\x5d\0\0", 3 },		/* lzma */
	{ "BZh", 3 },			/* bzip2 */
};

#define MAGIC_SIZE_MAX	6

/* Looks for an archive in bytes that come one chunk after the other. */
struct finder {
	struct kheaders *kh;
	uint64_t file_size;
	uint8_t *data;		/* what may be an archive, or the beginning of one */
	size_t size;
	size_t capacity;
	bool is_candidate;	/* data begins as an xz file does */
	size_t decoded_to;
	size_t streams_end;	/* after the last stream that is complete */
	lzma_stream strm;
	uint8_t head[TAR_RECORD];	/* of what it decodes to */
	size_t head_size;
	bool is_damaged;	/* there was an archive that did not decode */
	bool is_found;		/* data is an archive */
};

static void drop(struct finder *f, size_t size)
{
	memmove(f->data, f->data + size, f->size - size);
	f->size -= size;
}

static int append(struct finder *f, const uint8_t *data, size_t size)
{
	uint8_t *bigger;

	if (f->capacity - f->size < size) {
		f->capacity = 2 * (f->size + size);
		bigger = realloc(f->data, f->capacity);
		if (!bigger)
			return fail(f->kh, -ENOMEM, "%s: out of memory", f->kh->path);
		f->data = bigger;
	}
	memcpy(f->data + f->size, data, size);
	f->size += size;
	return 0;
}

/* Ours begin with the manifest, those of Linux's own script with a directory. A later stream
 * of ours, after one that is damaged, begins with neither. */
static bool is_headers(const struct finder *f)
{
	return !memcmp(f->head + TAR_MAGIC_AT, "ustar", 5) &&
	       (!strcmp((const char *)f->head, "./" MANIFEST) ||
		f->head[TAR_TYPE_AT] == '5');
}

static lzma_ret start_stream(struct finder *f)
{
	return lzma_stream_decoder(&f->strm, f->kh->limits.decoder_memory, 0);
}

/* Decodes what there is by now. LZMA_OK wants more. */
static lzma_ret decode_more(struct finder *f)
{
	uint8_t out[65536];
	lzma_ret ret;

	f->strm.next_in = f->data + f->decoded_to;
	f->strm.avail_in = f->size - f->decoded_to;
	do {
		size_t n;

		f->strm.next_out = out;
		f->strm.avail_out = sizeof(out);
		ret = lzma_code(&f->strm, LZMA_RUN);
		n = sizeof(out) - f->strm.avail_out;
		if (f->head_size < TAR_RECORD && n) {
			if (n > TAR_RECORD - f->head_size)
				n = TAR_RECORD - f->head_size;
			memcpy(f->head + f->head_size, out, n);
			f->head_size += n;
			if (f->head_size == TAR_RECORD && !is_headers(f))
				ret = LZMA_FORMAT_ERROR;
		}
	} while (ret == LZMA_OK && (f->strm.avail_in || !f->strm.avail_out));
	f->decoded_to = f->size - f->strm.avail_in;
	return ret == LZMA_BUF_ERROR ? LZMA_OK : ret;
}

/* Sets is_candidate if there is one, and drops what cannot be its beginning. */
static void find_candidate(struct finder *f)
{
	uint8_t *at = memmem(f->data, f->size, xz_magic, sizeof(xz_magic));

	if (!at) {
		if (f->size >= sizeof(xz_magic))
			drop(f, f->size - sizeof(xz_magic) + 1);
		return;
	}
	drop(f, at - f->data);
	f->is_candidate = start_stream(f) == LZMA_OK;
	f->decoded_to = f->streams_end = f->head_size = 0;
}

/* It is not an archive, or not a whole one. */
static void give_up_candidate(struct finder *f)
{
	f->is_candidate = false;
	f->is_damaged = f->is_damaged || (f->head_size == TAR_RECORD && is_headers(f));
	drop(f, 1);
}

/* After a stream: does another one follow? Returns false if that cannot be told yet. */
static bool look_after_stream(struct finder *f, bool is_end)
{
	size_t left = f->size - f->streams_end;

	if (left < sizeof(xz_magic) && !is_end)
		return false;
	if (left >= sizeof(xz_magic) && start_stream(f) == LZMA_OK &&
	    !memcmp(f->data + f->streams_end, xz_magic, sizeof(xz_magic)))
		return true;
	if (f->head_size < TAR_RECORD) {
		give_up_candidate(f);
		return true;
	}
	f->is_candidate = false;
	f->is_found = true;
	f->size = f->streams_end;
	return true;
}

/* Looks at what has been appended. At the end of all, nothing more is to come. */
static void look(struct finder *f, bool is_end)
{
	lzma_ret ret;

	while (!f->is_found) {
		if (!f->is_candidate) {
			find_candidate(f);
			if (!f->is_candidate)
				return;
		}
		if (f->streams_end && f->streams_end == f->decoded_to) {
			if (!look_after_stream(f, is_end))
				return;
			if (!f->is_candidate)
				continue;
		}
		ret = decode_more(f);
		if (ret == LZMA_STREAM_END)
			f->streams_end = f->decoded_to;
		else if (ret != LZMA_OK || is_end || f->size > ARCHIVE_SIZE_MAX)
			give_up_candidate(f);
		else
			return;
	}
}

static void finder_reset(struct finder *f)
{
	f->size = 0;
	f->is_candidate = false;
}

static int look_in_file(struct finder *f, int fd, uint8_t *buffer)
{
	off_t at = 0;
	ssize_t n;
	int err;

	while (!f->is_found && (n = pread(fd, buffer, CHUNK_SIZE, at))) {
		if (n < 0)
			return fail(f->kh, -errno, "%s: cannot be read: %s", f->kh->path,
				    strerror(errno));
		if (is_cancelled(f->kh))
			return fail(f->kh, -ECANCELED, "cancelled");
		err = append(f, buffer, n);
		if (err)
			return err;
		look(f, false);
		at += n;
		report_progress(f->kh, at, f->file_size);
	}
	look(f, true);
	return 0;
}

struct input {
	int fd;
	off_t at;
	uint8_t buffer[65536];
};

static ssize_t read_input(struct archive *archive, void *data, const void **chunk)
{
	struct input *input = data;
	ssize_t n = pread(input->fd, input->buffer, sizeof(input->buffer), input->at);

	(void)archive;
	if (n > 0)
		input->at += n;
	*chunk = input->buffer;
	return n;
}

/* Who gets what is decompressed, and may end it by returning other than 0. */
typedef int take_function(struct finder *f, const void *data, size_t size, int out);

/*
 * liblzma and libzstd themselves, as libarchive takes what follows the compressed data in an
 * image for an error, and keeps back what it has decoded by then.
 */
static int decompress_lzma(struct finder *f, struct input *input, bool is_xz,
			   take_function *take, int out)
{
	uint64_t total = 0;
	lzma_stream strm = LZMA_STREAM_INIT;
	uint8_t buffer[65536];
	const void *chunk;
	lzma_ret ret;
	int err = 0;

	ret = is_xz ? lzma_stream_decoder(&strm, DECODER_MEMORY_MAX, 0) :
		      lzma_alone_decoder(&strm, DECODER_MEMORY_MAX);
	while (!err && ret == LZMA_OK && total < f->kh->limits.total_size) {
		size_t size;

		if (!strm.avail_in) {
			ssize_t n = read_input(NULL, input, &chunk);

			if (n <= 0)
				break;
			strm.next_in = chunk;
			strm.avail_in = n;
		}
		strm.next_out = buffer;
		strm.avail_out = sizeof(buffer);
		ret = lzma_code(&strm, LZMA_RUN);
		size = sizeof(buffer) - strm.avail_out;
		total += size;
		if (size)
			err = take(f, buffer, size, out);
		if (f->is_found || is_cancelled(f->kh))
			break;
	}
	lzma_end(&strm);
	return err;
}

static int decompress_zstd(struct finder *f, struct input *input, take_function *take,
			   int out)
{
	ZSTD_DStream *zstd = ZSTD_createDStream();
	ZSTD_inBuffer in = { 0 };
	uint8_t buffer[65536];
	uint64_t total = 0;
	size_t ret = 1;
	int err = 0;

	if (!zstd)
		return fail(f->kh, -ENOMEM, "%s: out of memory", f->kh->path);
	while (!err && ret && !ZSTD_isError(ret) && total < f->kh->limits.total_size) {
		ZSTD_outBuffer to = { buffer, sizeof(buffer), 0 };

		if (in.pos == in.size) {
			ssize_t n = read_input(NULL, input, &in.src);

			if (n <= 0)
				break;
			in.size = n;
			in.pos = 0;
		}
		ret = ZSTD_decompressStream(zstd, &to, &in);
		total += to.pos;
		if (to.pos)
			err = take(f, buffer, to.pos, out);
		if (f->is_found || is_cancelled(f->kh))
			break;
	}
	ZSTD_freeDStream(zstd);
	return err;
}

/* gzip, lz4 and bzip2 */
static int decompress_other(struct finder *f, struct input *input, take_function *take,
			    int out)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	const void *chunk;
	uint64_t total = 0;
	size_t size;
	off_t offset;
	int err = 0;

	if (!archive)
		return fail(f->kh, -ENOMEM, "%s: out of memory", f->kh->path);
	/* Not all filters: some run programs. */
	archive_read_support_filter_gzip(archive);
	archive_read_support_filter_lz4(archive);
	archive_read_support_filter_bzip2(archive);
	archive_read_support_format_raw(archive);
	if (archive_read_open(archive, input, NULL, read_input, NULL) == ARCHIVE_OK &&
	    archive_read_next_header(archive, &entry) == ARCHIVE_OK &&
	    archive_filter_count(archive) > 1) {
		while (!err && !f->is_found && total < f->kh->limits.total_size &&
		       archive_read_data_block(archive, &chunk, &size, &offset) >=
		       ARCHIVE_WARN) {
			if (!size || is_cancelled(f->kh))
				break;
			total += size;
			err = take(f, chunk, size, out);
		}
	}
	archive_read_free(archive);
	return err;
}

/* Decompresses what is there, if it is compressed, as far as that goes. */
static int decompress(struct finder *f, int fd, off_t at, take_function *take, int out)
{
	struct input *input = malloc(sizeof(*input));
	uint8_t magic[MAGIC_SIZE_MAX] = "";
	int err;

	if (!input)
		return fail(f->kh, -ENOMEM, "%s: out of memory", f->kh->path);
	input->fd = fd;
	input->at = at;
	if (pread(fd, magic, sizeof(magic), at) < 0)
		err = fail(f->kh, -errno, "%s: cannot be read: %s", f->kh->path,
			   strerror(errno));
	else if (!memcmp(magic, xz_magic, sizeof(xz_magic)) || magic[0] == 0x5d)
		err = decompress_lzma(f, input, magic[0] != 0x5d, take, out);
	else if (!memcmp(magic, "\x28\xb5\x2f\xfd", 4))
		err = decompress_zstd(f, input, take, out);
	else
		err = decompress_other(f, input, take, out);
	free(input);
	return err;
}

static int look_at_chunk(struct finder *f, const void *data, size_t size, int out)
{
	int err = append(f, data, size);

	(void)out;
	if (!err)
		look(f, false);
	return err;
}

static int look_in_compressed(struct finder *f, int fd, off_t at)
{
	int err;

	finder_reset(f);
	err = decompress(f, fd, at, look_at_chunk, -1);
	if (!err)
		look(f, true);
	return err;
}

static bool begins_compressed(const uint8_t *data, size_t size)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(compressors); i++)
		if (size >= compressors[i].size &&
		    !memcmp(data, compressors[i].bytes, compressors[i].size))
			return true;
	return false;
}

static int look_in_all_compressed(struct finder *f, int fd, uint8_t *buffer)
{
	off_t at = 0;
	ssize_t n, i;
	int err;

	/* The last bytes of each chunk are looked at again, at the next one's beginning. */
	while ((n = pread(fd, buffer, CHUNK_SIZE, at)) > 0) {
		for (i = 0; i < n; i++) {
			if (!begins_compressed(buffer + i, n - i))
				continue;
			err = look_in_compressed(f, fd, at + i);
			if (err || f->is_found)
				return err;
			if (is_cancelled(f->kh))
				return fail(f->kh, -ECANCELED, "cancelled");
		}
		if (n <= MAGIC_SIZE_MAX)
			break;
		at += n - MAGIC_SIZE_MAX + 1;
	}
	return n < 0 ? fail(f->kh, -errno, "%s: cannot be read: %s", f->kh->path,
			    strerror(errno)) : 0;
}

static int write_chunk(struct finder *f, const void *data, size_t size, int out)
{
	const char *bytes = data;
	ssize_t n;

	for (; size; bytes += n, size -= n) {
		n = write(out, bytes, size);
		if (n < 0)
			return fail(f->kh, -errno, "%s: cannot be decompressed: %s",
				    f->kh->path, strerror(errno));
	}
	return lseek(out, 0, SEEK_CUR) > IMAGE_SIZE_MAX;
}

/* An image that was compressed once more, as a whole. */
static int look_in_image(struct finder *f, int fd, uint8_t *buffer)
{
	int err, out;

	if (pread(fd, buffer, MAGIC_SIZE_MAX, 0) != MAGIC_SIZE_MAX ||
	    !begins_compressed(buffer, MAGIC_SIZE_MAX))
		return 0;
	out = memfd_create("kheaders", MFD_CLOEXEC);
	if (out < 0)
		return fail(f->kh, -errno, "%s: cannot be decompressed: %s", f->kh->path,
			    strerror(errno));
	err = decompress(f, fd, 0, write_chunk, out);
	if (err >= 0)
		err = look_in_all_compressed(f, out, buffer);
	close(out);
	return err;
}

int image_find(struct kheaders *kh)
{
	struct finder f = { .kh = kh, .strm = LZMA_STREAM_INIT, .file_size = kh->size };
	uint8_t *buffer = malloc(CHUNK_SIZE);
	int err;

	err = buffer ? 0 : fail(kh, -ENOMEM, "%s: out of memory", kh->path);
	if (!err)
		err = look_in_file(&f, kh->fd, buffer);
	/* Compressed, an archive can be there nearly as it is, but for a few bytes. */
	if (!err && !f.is_found && kh->size <= IMAGE_SIZE_MAX)
		err = look_in_all_compressed(&f, kh->fd, buffer);
	if (!err && !f.is_found)
		err = look_in_image(&f, kh->fd, buffer);
	free(buffer);
	lzma_end(&f.strm);
	if (!err && f.is_found) {
		kh->data = f.data;
		kh->size = f.size;
		return 0;
	}
	free(f.data);
	if (err)
		return err;
	if (f.is_damaged)
		return fail(kh, -EBADMSG, "%s: has an archive that is damaged or truncated",
			    kh->path);
	return fail(kh, -EOPNOTSUPP, "%s: is no archive of headers, and has none in it",
		    kh->path);
}
