// SPDX-License-Identifier: GPL-2.0-only
/*
 * pack_block - write a part of a tar archive: headers without their comments, and
 * other files as they are
 *
 *	pack_block FILES SUMS > TAR
 *
 * FILES is pairs of NUL-terminated strings: the file to read and its path in the
 * archive. Members are called ./PATH; they are regular files that belong to root.
 * What ends an archive is not written. SUMS gets what sha256sum would say of the
 * members, and is there only if all of them were written.
 *
 * What cannot be stripped safely is packed as it is, with a warning.
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"
#include "sha256.h"
#include "strip_comments.h"
#include "ustar.h"

const char program[] = "pack_block";

struct buffer {
	char *data;
	size_t size;		/* bytes in use */
	size_t capacity;
};

static void reserve(struct buffer *b, size_t capacity)
{
	if (capacity > b->capacity) {
		b->data = check_alloc(realloc(b->data, capacity));
		b->capacity = capacity;
	}
}

/* Returns the file's mode. A file that grows meanwhile is read to its end. */
static mode_t read_file(const char *path, struct buffer *b)
{
	int fd = open(path, O_RDONLY);
	struct stat st;
	ssize_t got;

	if (fd < 0 || fstat(fd, &st))
		die(path, strerror(errno));
	b->size = 0;
	/* one byte more, so that the end is seen without growing */
	reserve(b, st.st_size + 1);
	while ((got = read(fd, b->data + b->size, b->capacity - b->size)) > 0) {
		b->size += got;
		if (b->size == b->capacity)
			reserve(b, 2 * b->capacity);
	}
	if (got < 0)
		die(path, strerror(errno));
	close(fd);
	return st.st_mode;
}

static bool is_header(const char *path)
{
	size_t length = strlen(path);

	return length > 2 && !strcmp(path + length - 2, ".h");
}

static void write_all(const void *data, size_t size)
{
	if (fwrite(data, 1, size, stdout) != size)
		die("standard output", strerror(errno));
}

static void write_member(const char *name, const struct buffer *contents, bool executable)
{
	static const char zeros[USTAR_RECORD];
	char record[USTAR_RECORD];
	const char *why = ustar_header(record, name, contents->size, executable);

	if (why)
		die(name, why);
	write_all(record, sizeof(record));
	write_all(contents->data, contents->size);
	write_all(zeros, -contents->size % USTAR_RECORD);
}

/* sha256sum marks a line with a backslash whose name has characters escaped. */
static void write_sum(FILE *sums, const char *name, const struct buffer *contents)
{
	char digest[SHA256_HEX_SIZE];

	sha256_hex(contents->data, contents->size, digest);
	fprintf(sums, "%s%s  ", strpbrk(name, "\\\n\r") ? "\\" : "", digest);
	for (; *name; name++) {
		if (*name == '\\')
			fputs("\\\\", sums);
		else if (*name == '\n')
			fputs("\\n", sums);
		else if (*name == '\r')
			fputs("\\r", sums);
		else
			putc(*name, sums);
	}
	putc('\n', sums);
}

static void pack(const char *path, const char *member, FILE *sums)
{
	static struct buffer text, stripped;
	const struct buffer *contents = &text;
	bool header = is_header(member);
	mode_t mode = read_file(path, &text);
	size_t size = strlen(member) + 3;
	char *name = check_alloc(malloc(size));

	if (header) {
		const char *why;

		reserve(&stripped, text.size + 1);
		why = strip_comments(text.data, text.size, stripped.data, &stripped.size);
		if (why)
			fprintf(stderr, "%s: warning: %s: %s, packed as it is\n",
				program, path, why);
		else
			contents = &stripped;
	}
	snprintf(name, size, "./%s", member);
	write_member(name, contents, !header && mode & 0111);
	write_sum(sums, name, contents);
	free(name);
}

int main(int argc, char **argv)
{
	char *path = NULL, *member = NULL, *unfinished;
	size_t path_size = 0, member_size = 0;
	FILE *files, *sums;

	if (argc != 3) {
		fprintf(stderr, "usage: pack_block FILES SUMS > TAR\n");
		return 2;
	}
	files = open_file(argv[1], "r");
	unfinished = join(argv[2], '.', "new");
	sums = open_file(unfinished, "w");
	while (getdelim(&path, &path_size, '\0', files) > 0) {
		if (getdelim(&member, &member_size, '\0', files) <= 0)
			die(path, "the list does not say what to call it");
		pack(path, member, sums);
	}
	if (ferror(files))
		die(argv[1], strerror(errno));
	if (fflush(stdout))
		die("standard output", strerror(errno));
	close_file(sums, unfinished);
	if (rename(unfinished, argv[2]))
		die(argv[2], strerror(errno));
	return 0;
}
