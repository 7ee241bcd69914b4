// SPDX-License-Identifier: GPL-2.0-only
/*
 * strip_comments - copy files, C headers without their comments
 *
 *   strip_comments DEST < LIST
 *
 * LIST is pairs of NUL-terminated strings: the file to read and the path,
 * relative to DEST, to write it to. That path is printed once it is written,
 * as ./PATH and a NUL. One process serves any number of files. What is not
 * called .h is copied as it is; programs and scripts stay executable.
 *
 * The compiler must not be able to tell a header's copy from the original: every
 * token stays, and stays on its line.
 *
 *   - A comment becomes one blank and as many newlines as it had. Where a
 *     newline would end a directive early or turn a '#' into the start of
 *     one, an empty comment with these newlines is left instead.
 *   - Runs of blanks outside of literals become one. None is left at the end
 *     of a line, nor at its start unless the column may matter: before a '#',
 *     in a line that continues the one before, and in a header that is for the
 *     assembler, too.
 *   - Lines of a comment that carry an SPDX tag stay.
 *   - A header that ends in a checksum of itself is copied as it is (see
 *     scripts/atomic/check-atomics.sh in Linux).
 *   - So is, with a warning, one that this program would have to guess about:
 *     an unterminated comment or literal, a raw string, a comment delimiter
 *     cut in two by a line splice.
 */
#define _GNU_SOURCE	/* memmem */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define SHA1_HEX_DIGITS 40

struct buffer {
	char *data;
	size_t size;		/* bytes in use */
	size_t capacity;
	mode_t mode;		/* of the file that was read */
};

/* What is being read, what was written of it, and where in a line we are. */
struct stripper {
	const char *in;
	const char *end;
	struct buffer *out;
	bool line_start;	/* only blanks and comments so far */
	bool directive;		/* the logical line started with '#' */
	bool include;		/* ... and is an #include */
	bool blank;		/* a blank is due before the next token */
	bool keep_indent;	/* ... and at the start of a line */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_identifier(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* The copy never gets longer than the original: put() needs no check. */
static void put(struct stripper *s, const char *data, size_t size)
{
	memcpy(s->out->data + s->out->size, data, size);
	s->out->size += size;
}

/* gcc takes a backslash with blanks after it for a line splice, too. */
static bool ends_in_splice(const char *line, const char *newline)
{
	while (newline > line && newline[-1] != '\n' &&
	       isspace((unsigned char)newline[-1]))
		newline--;
	return newline > line && newline[-1] == '\\';
}

static char last_put(const struct stripper *s)
{
	return s->out->size ? s->out->data[s->out->size - 1] : '\n';
}

static bool at_start_of_line(const struct buffer *out)
{
	const char *end = out->data + out->size;

	if (!out->size)
		return true;
	return end[-1] == '\n' && !ends_in_splice(out->data, end - 1);
}

static void put_due_blank(struct stripper *s)
{
	if (s->blank && (s->keep_indent || !at_start_of_line(s->out)))
		put(s, " ", 1);
	s->blank = false;
}

static void put_newlines(struct stripper *s, const char *from, const char *to)
{
	for (; from < to; from++)
		if (*from == '\n')
			put(s, "\n", 1);
}

static const char *find(const char *from, const char *to, const char *what)
{
	return memmem(from, to - from, what, strlen(what));
}

/* Keep of a block comment its newlines, splices and SPDX lines. */
static void put_reduced_comment(struct stripper *s, const char *comment,
				const char *comment_end)
{
	const char *line = comment + 2, *text_end = comment_end - 2;

	put_due_blank(s);
	put(s, "/*", 2);
	while (line < text_end) {
		const char *newline = memchr(line, '\n', text_end - line);
		const char *line_end = newline ? newline : text_end;

		if (find(line, line_end, "SPDX-"))
			put(s, line, line_end - line);
		else if (newline && ends_in_splice(line, newline))
			put(s, "\\", 1);
		if (newline)
			put(s, "\n", 1);
		line = line_end + 1;
	}
	put(s, "*/", 2);
}

/* Returns where something else follows, or NULL if a comment does not end. */
static const char *skip_blanks_and_comments(const char *p, const char *end)
{
	while (p && p < end) {
		if (is_blank(*p)) {
			p++;
		} else if (end - p >= 2 && p[0] == '/' && p[1] == '*') {
			p = find(p + 2, end, "*/");
			p = p ? p + 2 : NULL;
		} else {
			break;
		}
	}
	return p;
}

/*
 * The next character that is neither blank nor part of a comment: '\n' if the
 * rest of the line is empty, 0 if the rest of the file is.
 */
static char next_significant(const char *p, const char *end)
{
	p = skip_blanks_and_comments(p, end);
	if (!p || p == end)
		return 0;
	return end - p >= 2 && p[0] == '/' && p[1] == '/' ? '\n' : *p;
}

static const char *strip_block_comment(struct stripper *s)
{
	const char *comment = s->in;
	const char *comment_end = find(comment + 2, s->end, "*/");
	bool many_lines;
	char next;

	if (!comment_end)
		return "unterminated comment";
	comment_end += 2;
	s->in = comment_end;

	many_lines = memchr(comment, '\n', comment_end - comment);
	next = next_significant(comment_end, s->end);

	/* a backslash that would come to stand at the end of its line */
	if (last_put(s) == '\\' ||
	    find(comment, comment_end, "SPDX-") ||
	    (many_lines && s->directive && next != '\n') ||
	    (many_lines && !s->line_start && (next == '#' || next == '%'))) {
		put_reduced_comment(s, comment, comment_end);
		return NULL;
	}

	s->blank = true;
	if (many_lines) {
		/* blanks at the end of a line say nothing */
		s->blank = false;
		put_newlines(s, comment, comment_end);
		s->blank = !s->line_start || next != '\n';
	}
	return NULL;
}

static void strip_line_comment(struct stripper *s)
{
	const char *comment = s->in;
	const char *newline = memchr(comment, '\n', s->end - comment);
	const char *comment_end = newline ? newline : s->end;
	bool spliced = false;

	while (newline && ends_in_splice(comment, newline)) {
		spliced = true;
		newline = memchr(newline + 1, '\n', s->end - newline - 1);
		comment_end = newline ? newline : s->end;
	}
	if (spliced || last_put(s) == '\\' ||
	    find(comment, comment_end, "SPDX-")) {
		put_due_blank(s);
		put(s, comment, comment_end - comment);
	}
	s->in = comment_end;
}

static bool is_raw_string(const struct stripper *s, const char *start)
{
	static const char *const prefixes[] = { "R", "LR", "uR", "UR", "u8R" };
	const char *word = s->in;
	size_t i;

	while (word > start && is_identifier(word[-1]))
		word--;
	for (i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (strlen(prefixes[i]) == (size_t)(s->in - word) &&
		    !memcmp(prefixes[i], word, s->in - word))
			return true;
	return false;
}

static const char *copy_literal(struct stripper *s, char terminator)
{
	const char *p = s->in + 1;

	while (p < s->end && *p != terminator) {
		if (*p == '\n')
			return "unterminated literal";
		if (*p == '\\' && terminator != '>')
			p++;
		p++;
	}
	if (p >= s->end)
		return "unterminated literal";
	put_due_blank(s);
	put(s, s->in, p + 1 - s->in);
	s->in = p + 1;
	return NULL;
}

static void strip_newline(struct stripper *s)
{
	/* "\ " may be a splice or not, but "\" is a splice for sure */
	if (last_put(s) == '\\')
		put_due_blank(s);
	s->blank = false;
	if (!ends_in_splice(s->out->data, s->out->data + s->out->size)) {
		s->line_start = true;
		s->directive = false;
		s->include = false;
	}
	put(s, "\n", 1);
	s->in++;
}

static void start_directive(struct stripper *s)
{
	const char *p = skip_blanks_and_comments(s->in + 1, s->end);

	/* gcc -fpreprocessed knows a directive by its column */
	if (s->blank)
		put(s, " ", 1);
	s->blank = false;
	s->directive = true;
	s->include = p && s->end - p >= 7 && !memcmp(p, "include", 7);
}

/* Returns what keeps the text from being stripped, or NULL. */
static const char *strip(const char *text, size_t size, struct buffer *out)
{
	struct stripper s = {
		.in = text,
		.end = text + size,
		.out = out,
		.line_start = true,
		.keep_indent = find(text, text + size, "__ASSEMBL") ||
			       find(text, text + size, ".macro"),
	};
	const char *why = NULL;

	while (!why && s.in < s.end) {
		char c = *s.in;
		char next = s.end - s.in > 1 ? s.in[1] : 0;

		if (c == '\n') {
			strip_newline(&s);
			continue;
		}
		if (is_blank(c)) {
			s.blank = true;
			s.in++;
			continue;
		}
		if (c == '/' && next == '*') {
			why = strip_block_comment(&s);
			continue;
		}
		if (c == '/' && next == '/') {
			strip_line_comment(&s);
			continue;
		}

		if (s.line_start && (c == '#' || (c == '%' && next == ':')))
			start_directive(&s);
		/* form feed and the like */
		if (!isspace((unsigned char)c))
			s.line_start = false;

		if (c == '"' && is_raw_string(&s, text)) {
			why = "raw string literal";
		} else if (c == '"' || c == '\'') {
			why = copy_literal(&s, c);
		} else if (c == '<' && s.include) {
			why = copy_literal(&s, '>');
		} else {
			put_due_blank(&s);
			put(&s, s.in++, 1);
		}
	}
	return why;
}

static bool is_self_checksummed(const char *text, size_t size)
{
	const char *last;
	size_t i;

	if (size && text[size - 1] == '\n')
		size--;
	if (size < 3 + SHA1_HEX_DIGITS)
		return false;
	last = text + size - 3 - SHA1_HEX_DIGITS;
	if (last > text && last[-1] != '\n')
		return false;
	for (i = 0; i < SHA1_HEX_DIGITS; i++)
		if (!isxdigit((unsigned char)last[3 + i]))
			return false;
	return !memcmp(last, "// ", 3);
}

static bool has_spliced_delimiter(const char *text, size_t size)
{
	const char *end = text + size, *p = text;

	while ((p = find(p, end, "\\\n"))) {
		char before = p > text ? p[-1] : 0;
		char after = end - p > 2 ? p[2] : 0;

		if ((before == '/' && (after == '/' || after == '*')) ||
		    (before == '*' && after == '/'))
			return true;
		p += 2;
	}
	return false;
}

static int reserve(struct buffer *b, size_t capacity)
{
	char *data;

	if (capacity <= b->capacity)
		return 0;
	data = realloc(b->data, capacity);
	if (!data)
		return -ENOMEM;
	b->data = data;
	b->capacity = capacity;
	return 0;
}

static int read_file(const char *path, struct buffer *b)
{
	struct stat st;
	int fd, ret = 0;

	b->size = 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st)) {
		ret = -errno;
		goto out_close;
	}
	b->mode = st.st_mode;
	/* one byte more, so that the end is seen without growing */
	ret = reserve(b, st.st_size + 1);
	while (!ret) {
		ssize_t got = read(fd, b->data + b->size, b->capacity - b->size);

		if (got < 0)
			ret = -errno;
		if (got <= 0)
			break;
		b->size += got;
		if (b->size == b->capacity)
			ret = reserve(b, 2 * b->capacity);
	}
out_close:
	close(fd);
	return ret;
}

static int make_parents(char *path)
{
	char *slash;

	for (slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0777) && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

static int write_file(char *path, const struct buffer *b, mode_t mode)
{
	const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	size_t done = 0;
	int fd, ret;

	fd = open(path, flags, mode);
	if (fd < 0 && errno == ENOENT) {
		ret = make_parents(path);
		if (ret)
			return ret;
		fd = open(path, flags, mode);
	}
	if (fd < 0)
		return -errno;
	ret = 0;
	while (done < b->size) {
		ssize_t put = write(fd, b->data + done, b->size - done);

		if (put < 0) {
			ret = -errno;
			break;
		}
		done += put;
	}
	if (close(fd) && !ret)
		ret = -errno;
	return ret;
}

static void complain(const char *path, const char *what)
{
	fprintf(stderr, "strip_comments: %s: %s\n", path, what);
}

static bool is_header(const char *path)
{
	size_t length = strlen(path);

	return length > 2 && !strcmp(path + length - 2, ".h");
}

static int strip_file(const char *source, char *dest)
{
	static struct buffer text, stripped;
	const struct buffer *result = &text;
	mode_t mode = 0666;
	int ret;

	ret = read_file(source, &text);
	if (!ret)
		ret = reserve(&stripped, text.size + 1);
	if (ret) {
		complain(source, strerror(-ret));
		return ret;
	}

	if (!is_header(dest)) {
		mode |= text.mode & 0111;
	} else if (!is_self_checksummed(text.data, text.size)) {
		const char *why = "comment delimiter cut by a line splice";

		stripped.size = 0;
		if (!has_spliced_delimiter(text.data, text.size))
			why = strip(text.data, text.size, &stripped);
		if (why)
			fprintf(stderr, "strip_comments: warning: %s: %s, copied as it is\n",
				source, why);
		else
			result = &stripped;
	}

	ret = write_file(dest, result, mode);
	if (ret)
		complain(dest, strerror(-ret));
	return ret;
}

int main(int argc, char **argv)
{
	char *source = NULL, *member = NULL, *dest = NULL;
	size_t source_size = 0, member_size = 0;
	ssize_t len;

	if (argc != 2) {
		fprintf(stderr, "usage: strip_comments DEST < LIST\n");
		return 2;
	}
	while (getdelim(&source, &source_size, '\0', stdin) > 0) {
		len = getdelim(&member, &member_size, '\0', stdin);
		if (len <= 0) {
			complain(source, "the list gives no path to write it to");
			return 1;
		}
		dest = realloc(dest, strlen(argv[1]) + 1 + len);
		if (!dest) {
			complain(source, strerror(ENOMEM));
			return 1;
		}
		sprintf(dest, "%s/%s", argv[1], member);
		if (strip_file(source, dest))
			return 1;
		printf("./%s%c", member, '\0');
	}
	if (ferror(stdin) || fflush(stdout)) {
		complain("standard input or output", strerror(errno));
		return 1;
	}
	return 0;
}
