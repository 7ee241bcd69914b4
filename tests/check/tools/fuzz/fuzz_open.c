// SPDX-License-Identifier: GPL-2.0-only
/*
 * What libkheaders makes of any bytes: as a file that may have an archive in it; with
 * FUZZ_TAR, as the tar archive in an xz file, which is unpacked, too; with FUZZ_INDEX, as the
 * blocks of an xz file and what its index says of them, right or wrong. Nothing may happen that
 * a sanitizer would see; what is refused is refused with a message; what was unpacked is below
 * the directory that it was to be unpacked to.
 *
 * Built with REPLAY it has a main() that takes inputs from standard input, a line of
 * hexadecimal digits each, and prints how many there were.
 */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <lzma.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libkheaders.h"

/* Of a block: the smallest that liblzma takes. */
#define UNPADDED_SIZE_MIN	5

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int wrong, const char *what)
{
	if (!wrong)
		return;
	fprintf(stderr, "%s\n", what);
	abort();
}

static int look_at_member(const struct kheaders_member *member, void *data)
{
	(void)data;
	check(member->name[0] == '/' || strstr(member->name, ".."), "a name leads out");
	check(member->mode & ~0755u, "permissions");
	return 0;
}

static void pread_all(struct kheaders *kh)
{
	char buffer[4099];
	uint64_t offset = 0;
	ssize_t n;

	while ((n = kheaders_pread(kh, buffer, sizeof(buffer), offset)) > 0)
		offset += n;
}

#ifdef FUZZ_TAR
static int remove_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	check(type == FTW_SL, "a link was unpacked");
	return remove(path);
}

/* To a directory in a directory, which has nothing else afterwards. */
static void unpack(struct kheaders *kh)
{
	char parent[] = "/dev/shm/fuzz.XXXXXX", path[64];
	int err;

	check(!mkdtemp(parent), "mkdtemp");
	snprintf(path, sizeof(path), "%s/tree", parent);
	err = kheaders_extract(kh, path);
	check(err > 0, "a positive error");
	check(err && !access(path, F_OK), "half a tree");
	if (!err)
		nftw(path, remove_file, 16, FTW_DEPTH | FTW_PHYS);
	check(rmdir(parent), "something is left");
}

static int write_file(int fd, const uint8_t *data, size_t size)
{
	size_t bound = lzma_stream_buffer_bound(size), length = 0;
	uint8_t *xz = malloc(bound);

	check(!xz || lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, data, size, xz, &length,
					     bound) != LZMA_OK, "xz");
	check(write(fd, xz, length) != (ssize_t)length, "write");
	free(xz);
	return 0;
}
#elif defined(FUZZ_INDEX)
static void append_record(lzma_index *index, const uint8_t record[6])
{
	lzma_vli unpadded = record[0] | record[1] << 8;
	lzma_vli uncompressed = record[2] | record[3] << 8 | record[4] << 16 |
				(lzma_vli)record[5] << 24;

	if (unpadded < UNPADDED_SIZE_MIN)
		unpadded = UNPADDED_SIZE_MIN;
	check(lzma_index_append(index, NULL, unpadded, uncompressed) != LZMA_OK, "append");
}

/* How many records, six bytes for each, blocks; all checksums are right that are not in them. */
static int write_file(int fd, const uint8_t *data, size_t size)
{
	lzma_stream_flags flags = { .check = LZMA_CHECK_CRC32 };
	size_t records, i, blocks, length, written = 0;
	lzma_index *index;
	uint8_t *file;

	if (!size)
		return 0;
	index = lzma_index_init(NULL);
	records = data[0] % 8;
	if (records > (size - 1) / 6)
		records = (size - 1) / 6;
	for (i = 0; i < records; i++)
		append_record(index, data + 1 + 6 * i);
	data += 1 + 6 * records;
	size -= 1 + 6 * records;

	blocks = lzma_index_total_size(index);
	flags.backward_size = lzma_index_size(index);
	length = blocks + flags.backward_size + 2 * LZMA_STREAM_HEADER_SIZE;
	file = calloc(1, length);
	check(!file, "calloc");
	check(lzma_stream_header_encode(&flags, file) != LZMA_OK, "header");
	memcpy(file + LZMA_STREAM_HEADER_SIZE, data, size < blocks ? size : blocks);
	check(lzma_index_buffer_encode(index, file + LZMA_STREAM_HEADER_SIZE + blocks, &written,
				       flags.backward_size) != LZMA_OK, "index");
	check(lzma_stream_footer_encode(&flags, file + length - LZMA_STREAM_HEADER_SIZE) !=
	      LZMA_OK, "footer");
	check(write(fd, file, length) != (ssize_t)length, "write");
	free(file);
	lzma_index_end(index, NULL);
	return 0;
}
#else
static int write_file(int fd, const uint8_t *data, size_t size)
{
	check(write(fd, data, size) != (ssize_t)size, "write");
	return 0;
}
#endif

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct kheaders_limits limits = {
		.decoder_memory = 4 << 20, .total_size = 4 << 20, .members = 1000, .threads = 2,
	};
	struct kheaders_info info;
	struct kheaders *kh;
	size_t contents_size;
	char path[32], *contents;
	int fd = memfd_create("fuzz", 0), err;

	check(fd < 0, "memfd_create");
	write_file(fd, data, size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	check(kheaders_new(&kh), "kheaders_new");
	kheaders_set_limits(kh, &limits);
	err = kheaders_open(kh, path);
	check(err > 0 || (err && !*kheaders_error(kh)), "no message");
	if (!err) {
		kheaders_get_info(kh, &info);
		kheaders_for_each(kh, look_at_member, NULL);
		kheaders_verify(kh);
		if (!kheaders_read(kh, "include/linux/kconfig.h", &contents, &contents_size)) {
			check(contents[contents_size], "no NUL");
			free(contents);
		}
		pread_all(kh);
#ifdef FUZZ_TAR
		unpack(kh);
#endif
	}
	kheaders_free(kh);
	close(fd);
	return 0;
}

#ifdef REPLAY
int main(void)
{
	static char line[1 << 20];
	static uint8_t input[1 << 19];
	unsigned int count = 0, byte;
	size_t i;

	while (fgets(line, sizeof(line), stdin)) {
		for (i = 0; sscanf(line + 2 * i, "%2x", &byte) == 1; i++)
			input[i] = byte;
		LLVMFuzzerTestOneInput(input, i);
		count++;
	}
	printf("%u\n", count);
	return 0;
}
#endif
