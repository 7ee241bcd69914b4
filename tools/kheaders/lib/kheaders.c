// SPDX-License-Identifier: LGPL-2.1-or-later
/* Objects, and where archives are. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

static const uint8_t xz_magic[] = { 0xfd, '7', 'z', 'X', 'Z', 0 };

/* Where kernels have it, the current place first. */
static const char *const places[] = {
	"/sys/kernel/kheaders.tar.xz",
	"/proc/kheaders.tar.xz",
};

static const struct kheaders_limits default_limits = {
	.decoder_memory	= 64 << 20,
	.total_size	= 1 << 30,
	.members	= 200000,
	.name_length	= 1024,
	.name_depth	= 32,
	.threads	= 8,
};

int fail(struct kheaders *kh, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(kh->error, sizeof(kh->error), format, args);
	va_end(args);
	return err;
}

int kheaders_new(struct kheaders **kh)
{
	*kh = calloc(1, sizeof(**kh));
	if (!*kh)
		return -ENOMEM;

	(*kh)->fd = -1;
	(*kh)->cancelled = &(*kh)->cancel_flag;
	kheaders_set_limits(*kh, &default_limits);
	return 0;
}

static void close_archive(struct kheaders *kh)
{
	describe_forget(kh);
	forget_blocks(kh);
	lzma_index_end(kh->index, NULL);
	kh->index = NULL;
	free(kh->data);
	kh->data = NULL;
	kh->size = 0;
	if (kh->fd >= 0)
		close(kh->fd);
	kh->fd = -1;
	free(kh->path);
	kh->path = NULL;
}

void kheaders_free(struct kheaders *kh)
{
	if (!kh)
		return;
	close_archive(kh);
	free(kh);
}

void kheaders_cancel(struct kheaders *kh)
{
	kh->cancel_flag = 1;
}

void kheaders_set_progress(struct kheaders *kh,
			   void (*function)(uint64_t done, uint64_t total, void *data),
			   void *data)
{
	kh->progress = function;
	kh->progress_data = data;
}

void report_progress(struct kheaders *kh, uint64_t done, uint64_t total)
{
	if (kh->progress && total)
		kh->progress(done, total, kh->progress_data);
}

const char *kheaders_error(const struct kheaders *kh)
{
	return kh->error;
}

void kheaders_set_limits(struct kheaders *kh, const struct kheaders_limits *limits)
{
	const struct kheaders_limits *d = &default_limits;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	kh->limits = (struct kheaders_limits) {
		.decoder_memory	= limits->decoder_memory ?: d->decoder_memory,
		.total_size	= limits->total_size ?: d->total_size,
		.members	= limits->members ?: d->members,
		.name_length	= limits->name_length ?: d->name_length,
		.name_depth	= limits->name_depth ?: d->name_depth,
		.threads	= limits->threads ?: d->threads,
	};
	if (processors > 0 && (unsigned long)processors < kh->limits.threads)
		kh->limits.threads = processors;
}

/*
 * Not mapped: a mapping raises SIGBUS when the module is unloaded or a file is truncated,
 * where pread() returns an error.
 */
int read_at(const struct kheaders *kh, void *buffer, size_t size, uint64_t offset)
{
	uint8_t *to = buffer;
	ssize_t n;

	for (; size; to += n, size -= n, offset += n) {
		if (is_cancelled(kh))
			return -ECANCELED;
		n = pread(kh->fd, to, size, offset);
		if (n < 0 && errno == EINTR)
			n = 0;
		else if (n <= 0)
			return n ? -errno : -EIO;
	}
	return 0;
}

int read_failed(struct kheaders *kh, int err)
{
	return fail(kh, err, "%s: cannot be read: %s", kh->path, strerror(-err));
}

static int check_file(struct kheaders *kh)
{
	struct stat st;

	if (fstat(kh->fd, &st))
		return fail(kh, -errno, "%s: %s", kh->path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return fail(kh, -EINVAL, "%s: is not a regular file", kh->path);
	if (!st.st_size)
		return fail(kh, -EOPNOTSUPP, "%s: is empty", kh->path);
	kh->size = st.st_size;
	return 0;
}

/* An xz file, but not one in which a module or a kernel is compressed. */
static bool is_archive(int fd)
{
	lzma_stream strm = LZMA_STREAM_INIT;
	uint8_t in[4096], out[512] = "";
	ssize_t n = pread(fd, in, sizeof(in), 0);

	if (n < (ssize_t)sizeof(xz_magic) || memcmp(in, xz_magic, sizeof(xz_magic)))
		return false;
	if (lzma_stream_decoder(&strm, UINT64_MAX, 0) == LZMA_OK) {
		strm.next_in = in;
		strm.avail_in = n;
		strm.next_out = out;
		strm.avail_out = sizeof(out);
		if (lzma_code(&strm, LZMA_RUN) != LZMA_OK)
			strm.next_out = out;	/* whatever it is, index_read() says */
	}
	lzma_end(&strm);
	return memcmp(out, "\x7f" "ELF", 4);
}

/* What begins as an archive and is none may have one in it. */
static int look_further(struct kheaders *kh, int err)
{
	char error[sizeof(kh->error)];

	strcpy(error, kh->error);
	if (!image_find(kh))
		return index_read(kh);
	strcpy(kh->error, error);
	return err;
}

static int open_path(struct kheaders *kh, const char *path)
{
	int err;

	kh->path = strdup(path);
	if (!kh->path)
		return fail(kh, -ENOMEM, "%s: out of memory", path);
	kh->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (kh->fd < 0)
		return fail(kh, -errno, "%s: %s", path, strerror(errno));

	err = check_file(kh);
	if (err)
		return err;
	if (!is_archive(kh->fd))
		err = image_find(kh);
	else if (kh->size > kh->limits.total_size)
		return fail(kh, -E2BIG, "%s: is larger than %llu bytes", path,
			    (unsigned long long)kh->limits.total_size);
	if (!err)
		err = index_read(kh);
	return err == -EBADMSG && !kh->data ? look_further(kh, err) : err;
}

int kheaders_open(struct kheaders *kh, const char *path)
{
	size_t i;
	int err;

	close_archive(kh);
	if (path) {
		err = open_path(kh, path);
		if (err)
			close_archive(kh);
		return err;
	}
	for (i = 0; i < ARRAY_SIZE(places); i++) {
		err = open_path(kh, places[i]);
		if (!err)
			return 0;
		close_archive(kh);
		if (err != -ENOENT)
			return err;
	}
	return fail(kh, -ENOENT, "this kernel provides no %s", places[0]);
}
