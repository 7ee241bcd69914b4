// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Walks the tar archive. libarchive takes it apart; what may be in it is decided here:
 * directories, which are passed over, and regular files, each once, with a name that stays
 * below the directory it is unpacked to. That is what kernels pack. Without a manifest there
 * can be symbolic links, too, to other members: Linux's own script packs those of its tree.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "internal.h"

/* Two records of zeros end a tar archive. */
#define END_SIZE	1024

struct walk {
	struct kheaders *kh;
	struct stream *stream;
	struct archive *archive;
	int err;		/* of the stream, which libarchive cannot pass on */
	uint64_t decoded;	/* bytes so far */
	uint64_t content_end;	/* after the last byte of them that is not 0 */
	struct tally *tally;
	char *link;		/* of the member that it is at */
	bool has_manifest;
};

void tally_init(struct tally *tally)
{
	*tally = (struct tally) { 0 };
	pthread_mutex_init(&tally->mutex, NULL);
}

void tally_destroy(struct tally *tally)
{
	pthread_mutex_destroy(&tally->mutex);
	tdestroy(tally->names, free);
}

static void count_decoded(struct walk *w, size_t size)
{
	uint64_t decoded;

	pthread_mutex_lock(&w->tally->mutex);
	decoded = w->tally->decoded += size;
	pthread_mutex_unlock(&w->tally->mutex);
	report_progress(w->kh, decoded, lzma_index_uncompressed_size(w->kh->index));
}

static ssize_t read_stream(struct archive *archive, void *data, const void **chunk)
{
	struct walk *w = data;
	const uint8_t *bytes;
	size_t size, i;

	w->err = stream_next(w->stream, chunk, &size);
	if (w->err) {
		archive_set_error(archive, -w->err, "%s", w->kh->error);
		return -1;
	}
	bytes = *chunk;
	for (i = size; i && !bytes[i - 1]; i--)
		;
	if (i)
		w->content_end = w->decoded + i;
	w->decoded += size;
	count_decoded(w, size);
	return size;
}

/* Did libarchive fail, or what it read from? */
static int archive_failed(struct walk *w)
{
	struct kheaders *kh = w->kh;

	if (w->err)
		return w->err;
	return fail(kh, archive_errno(w->archive) == ENOMEM ? -ENOMEM : -EBADMSG,
		    "%s: is not an intact tar archive: %s", kh->path,
		    archive_error_string(w->archive) ?: "unknown error");
}

static bool is_allowed_component(const char *name, size_t length)
{
	size_t i;

	if (!length || (length == 1 && name[0] == '.') ||
	    (length == 2 && name[0] == '.' && name[1] == '.'))
		return false;
	for (i = 0; i < length; i++)
		if ((unsigned char)name[i] < ' ' || name[i] == 0x7f)
			return false;
	return true;
}

/* Names are relative, without "." and "..", and can be printed. */
static int check_name(struct walk *w, const char *name)
{
	const struct kheaders_limits *limits = &w->kh->limits;
	struct kheaders *kh = w->kh;
	unsigned int depth = 0;
	const char *p, *end;

	if (strlen(name) > limits->name_length)
		return fail(kh, -E2BIG, "%s: has a name of more than %zu bytes", kh->path,
			    limits->name_length);
	for (p = name;; p = end + 1, depth++) {
		end = strchrnul(p, '/');
		if (!is_allowed_component(p, end - p))
			return fail(kh, -EBADMSG, "%s: has a name that is not allowed",
				    kh->path);
		if (!*end)
			break;
	}
	if (depth > limits->name_depth)
		return fail(kh, -E2BIG, "%s: has more than %u directories in each other",
			    kh->path, limits->name_depth);
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* Notes a name, of which there must be no other. */
static int add_name(struct walk *w, const char *name)
{
	char *copy = strdup(name);
	char **found = copy ? tsearch(copy, &w->tally->names, compare_names) : NULL;

	if (!found) {
		free(copy);
		return fail(w->kh, -ENOMEM, "%s: out of memory", w->kh->path);
	}
	if (*found != copy) {
		free(copy);
		return fail(w->kh, -EBADMSG, "%s: has %s twice", w->kh->path, name);
	}
	return 0;
}

static int count_member(struct walk *w, const char *name, uint64_t size)
{
	const struct kheaders_limits *limits = &w->kh->limits;
	struct tally *tally = w->tally;
	struct kheaders *kh = w->kh;
	int err = tally->without_names ? 0 : add_name(w, name);

	if (err)
		return err;
	pthread_mutex_lock(&tally->mutex);
	if (++tally->members > limits->members)
		err = fail(kh, -E2BIG, "%s: has more than %llu members", kh->path,
			   (unsigned long long)limits->members);
	else if (size > limits->total_size - tally->total_size)
		err = fail(kh, -E2BIG, "%s: unpacks to more than %llu bytes", kh->path,
			   (unsigned long long)limits->total_size);
	else
		tally->total_size += size;
	pthread_mutex_unlock(&tally->mutex);
	return err;
}

/* Sets w->link to the member that a link leads to, which is at "name". */
static int resolve_link(struct walk *w, const char *name, const char *link)
{
	const char *slash = strrchr(name, '/'), *p = link, *end;
	size_t length = slash ? slash - name : 0;
	char *path = malloc(strlen(name) + strlen(link) + 2);

	if (!path)
		return fail(w->kh, -ENOMEM, "%s: out of memory", w->kh->path);
	memcpy(path, name, length);
	path[length] = '\0';
	w->link = path;
	for (; *p == '.' && p[1] == '.' && p[2] == '/' && *path; p += 3) {
		slash = strrchr(path, '/');
		length = slash ? slash - path : 0;
		path[length] = '\0';
	}
	end = stpcpy(path + length, length ? "/" : "");
	strcpy(path + (end - path), p);
	if (check_name(w, path))
		return fail(w->kh, -EBADMSG, "%s: %s leads out of the archive", w->kh->path,
			    name);
	return 0;
}

/* Regular files; links only as far as they may be. */
static int check_type(struct walk *w, struct archive_entry *entry, const char *name)
{
	const char *link = archive_entry_symlink(entry);

	if (archive_entry_filetype(entry) == AE_IFLNK && link && !w->has_manifest)
		return resolve_link(w, name, link);
	if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry) ||
	    archive_entry_sparse_count(entry))
		return fail(w->kh, -EBADMSG, "%s: %s is not a regular file", w->kh->path,
			    name);
	if (archive_entry_perm(entry) & (S_ISUID | S_ISGID | S_ISVTX))
		return fail(w->kh, -EBADMSG, "%s: %s has special permissions", w->kh->path,
			    name);
	if (archive_entry_size(entry) < 0)
		return fail(w->kh, -EBADMSG, "%s: %s has no size", w->kh->path, name);
	return 0;
}

/* What the entry is, as far as it may be anything. */
static int check_entry(struct walk *w, struct archive_entry *entry, const char *name,
		       struct kheaders_member *member)
{
	int err;

	err = check_name(w, name);
	if (err)
		return err;
	free(w->link);
	w->link = NULL;
	err = check_type(w, entry, name);
	if (err)
		return err;

	w->has_manifest = w->has_manifest || !strcmp(name, MANIFEST);
	*member = (struct kheaders_member) {
		.name = name,
		.link = w->link,
		.size = w->link ? 0 : archive_entry_size(entry),
		.offset = archive_filter_bytes(w->archive, 0),
		.mode = archive_entry_perm(entry) & S_IXUSR ? 0755 : 0644,
	};
	return count_member(w, name, member->size);
}

static int each_entry(struct walk *w, walk_function *function, void *data)
{
	struct kheaders_member member;
	struct archive_entry *entry;
	const char *name;
	int ret, err;

	while ((ret = archive_read_next_header(w->archive, &entry)) == ARCHIVE_OK) {
		name = archive_entry_pathname(entry);
		if (!name)
			return fail(w->kh, -EBADMSG, "%s: has a member without a name",
				    w->kh->path);
		if (!strncmp(name, "./", 2))
			name += 2;
		if (is_cancelled(w->kh) || w->tally->stop)
			return fail(w->kh, -ECANCELED, "cancelled");
		if (archive_entry_filetype(entry) == AE_IFDIR)
			continue;
		err = check_entry(w, entry, name, &member);
		if (!err)
			err = function(w, &member, data);
		if (err)
			return err;
	}
	return ret == ARCHIVE_EOF ? 0 : archive_failed(w);
}

/* After the last member there are zeros, enough of them, and nothing else. */
static int check_end(struct walk *w, bool is_last)
{
	uint64_t end = archive_read_header_position(w->archive);
	const void *chunk;
	ssize_t n;

	do {
		n = read_stream(w->archive, w, &chunk);
	} while (n > 0);
	if (n < 0)
		return w->err;
	if (w->decoded < end || (is_last && w->decoded - end < END_SIZE))
		return fail(w->kh, -EBADMSG, "%s: its tar archive is truncated",
			    w->kh->path);
	if (w->content_end > end)
		return fail(w->kh, -EBADMSG, "%s: something follows its tar archive",
			    w->kh->path);
	if (!is_last && w->decoded > end)
		return fail(w->kh, -EBADMSG, "%s: its tar archive ends early", w->kh->path);
	return 0;
}

int walk_tallied(struct kheaders *kh, uint64_t first, uint64_t last, struct tally *tally,
		 walk_function *function, void *data)
{
	struct walk w = {
		.kh = kh,
		.tally = tally,
		.has_manifest = kh->is_described && kh->info.has_manifest,
	};
	int err;

	err = stream_open(kh, first, last, &w.stream);
	if (err)
		return err;
	w.archive = archive_read_new();
	if (!w.archive || archive_read_support_format_tar(w.archive) != ARCHIVE_OK ||
	    archive_read_open(w.archive, &w, NULL, read_stream, NULL) != ARCHIVE_OK)
		err = w.archive ? archive_failed(&w) :
			fail(kh, -ENOMEM, "%s: out of memory", kh->path);
	if (!err)
		err = each_entry(&w, function, data);
	if (!err)
		err = check_end(&w, last + 1 == lzma_index_block_count(kh->index));
	archive_read_free(w.archive);
	stream_close(w.stream);
	free(w.link);
	return err;
}

int walk(struct kheaders *kh, uint64_t first, uint64_t last, walk_function *function,
	 void *data)
{
	struct tally tally;
	int err;

	tally_init(&tally);
	err = walk_tallied(kh, first, last, &tally, function, data);
	tally_destroy(&tally);
	return err;
}

int walk_all(struct kheaders *kh, walk_function *function, void *data)
{
	if (!kh->index)
		return fail(kh, -EINVAL, "no archive is open");
	return walk(kh, 0, lzma_index_block_count(kh->index) - 1, function, data);
}

int walk_next(struct walk *w, const void **chunk, size_t *size)
{
	la_int64_t offset;
	int ret = archive_read_data_block(w->archive, chunk, size, &offset);

	if (ret == ARCHIVE_EOF)
		*size = 0;
	return ret == ARCHIVE_OK || ret == ARCHIVE_EOF ? 0 : archive_failed(w);
}

struct kheaders *walk_kheaders(struct walk *w)
{
	return w->kh;
}

ssize_t walk_read(struct walk *w, void *buffer, size_t size)
{
	ssize_t n = archive_read_data(w->archive, buffer, size);

	return n < 0 ? archive_failed(w) : n;
}

int walk_read_all(struct walk *w, const struct kheaders_member *member, char **contents)
{
	char *buffer = malloc(member->size + 1);
	size_t done = 0;
	ssize_t n = 0;

	if (!buffer)
		return fail(w->kh, -ENOMEM, "%s: out of memory", w->kh->path);
	while (done < member->size) {
		n = walk_read(w, buffer + done, member->size - done);
		if (n <= 0)
			break;
		done += n;
	}
	if (done < member->size) {
		free(buffer);
		return n < 0 ? n : fail(w->kh, -EBADMSG, "%s: %s is truncated",
					w->kh->path, member->name);
	}
	buffer[done] = '\0';
	*contents = buffer;
	return 0;
}
