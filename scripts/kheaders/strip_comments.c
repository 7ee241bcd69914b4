// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes the comments out of C headers. The compiler must not be able to tell the
 * result from the original: every token stays, and stays on its line.
 *
 *   - A comment becomes one blank and as many newlines as it had. Where a newline
 *     would end a directive or an assembler statement early, or turn a '#' into the
 *     start of a directive, an empty comment with these newlines is left instead.
 *   - Runs of blanks outside of literals become one. None is left at the end
 *     of a line, nor at its start unless the column may matter: before a '#',
 *     in a line that continues the one before, and in a header that is for the
 *     assembler, too.
 *   - Lines of a comment that carry an SPDX tag stay.
 *   - A header that ends in a checksum of itself stays as it is (see
 *     scripts/atomic/check-atomics.sh in Linux).
 *   - So does one about which this program would have to guess: an unterminated
 *     comment or literal, a raw string, a comment delimiter or the name of a
 *     directive that is cut by a line splice, a header's name that looks as if it
 *     had a comment in it.
 */
#define _GNU_SOURCE	/* memmem */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "strip_comments.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

#define SHA1_HEX_DIGITS 40

/* What is being read, what was written of it, and where in a line we are. */
struct stripper {
	const char *in;
	const char *end;
	char *out;
	size_t out_size;	/* bytes written there */
	const char *directive;	/* where the logical line's '#' is, or NULL */
	bool line_start;	/* only blanks and comments so far */
	bool header_name;	/* an #include or the like: '<' opens a literal */
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
	memcpy(s->out + s->out_size, data, size);
	s->out_size += size;
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
	return s->out_size ? s->out[s->out_size - 1] : '\n';
}

static bool after_backslash(const struct stripper *s)
{
	return ends_in_splice(s->out, s->out + s->out_size);
}

static bool at_start_of_line(const struct stripper *s)
{
	const char *end = s->out + s->out_size;

	if (!s->out_size)
		return true;
	return end[-1] == '\n' && !ends_in_splice(s->out, end - 1);
}

static void put_due_blank(struct stripper *s)
{
	if (s->blank && (s->keep_indent || !at_start_of_line(s)))
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
		if (*p != '\n' && isspace((unsigned char)*p)) {
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
	if (after_backslash(s) ||
	    find(comment, comment_end, "SPDX-") ||
	    (many_lines && !s->line_start && next != '\n')) {
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
	if (spliced || after_backslash(s) ||
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
	if (!after_backslash(s)) {
		s->line_start = true;
		s->directive = NULL;
		s->header_name = false;
	}
	put(s, "\n", 1);
	s->in++;
}

/* Passes over any number of line splices. */
static const char *skip_splices(const char *p, const char *end)
{
	while (p < end && *p == '\\') {
		const char *newline = p + 1;

		while (newline < end && *newline != '\n' &&
		       isspace((unsigned char)*newline))
			newline++;
		if (newline == end || *newline != '\n')
			break;
		p = newline + 1;
	}
	return p;
}

/* Returns why the directive's name cannot be read, or NULL. */
static const char *start_directive(struct stripper *s)
{
	static const char *const with_header_name[] = {
		"include", "include_next", "import",
	};
	const char *name = s->in + (*s->in == '%' ? 2 : 1), *name_end, *before;
	size_t i;

	/* gcc -fpreprocessed knows a directive by its column */
	if (s->blank)
		put(s, " ", 1);
	s->blank = false;
	s->directive = s->in;
	do {
		before = name;
		name = skip_blanks_and_comments(name, s->end);
		if (!name)
			return "unterminated comment";
		name = skip_splices(name, s->end);
	} while (name > before);
	for (name_end = name; name_end < s->end && is_identifier(*name_end); name_end++)
		;
	if (name_end < s->end && *name_end == '\\')
		return "directive cut by a line splice";
	for (i = 0; i < ARRAY_SIZE(with_header_name); i++)
		if (strlen(with_header_name[i]) == (size_t)(name_end - name) &&
		    !memcmp(with_header_name[i], name, name_end - name))
			s->header_name = true;
	return NULL;
}

/*
 * In "#if __has_include(<a//b.h>)" there is no comment, nor is there in
 * "#embed <a//b>" for compilers that know it.
 */
static bool in_header_name(const struct stripper *s)
{
	const char *opened;

	if (!s->directive || !(find(s->directive, s->in, "__has_") ||
			       find(s->directive, s->in, "embed")))
		return false;
	opened = memrchr(s->directive, '<', s->in - s->directive);
	return opened && !memchr(opened, '>', s->in - opened);
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

/* Returns what keeps the text from being stripped, or NULL. */
static const char *strip(struct stripper *s, const char *text)
{
	const char *why = NULL;

	while (!why && s->in < s->end) {
		char c = *s->in;
		char next = s->end - s->in > 1 ? s->in[1] : 0;

		if (c == '\n') {
			strip_newline(s);
			continue;
		}
		if (is_blank(c)) {
			s->blank = true;
			s->in++;
			continue;
		}
		if (c == '/' && (next == '*' || next == '/')) {
			if (in_header_name(s))
				return "comment delimiter in a header's name";
			if (next == '*')
				why = strip_block_comment(s);
			else
				strip_line_comment(s);
			continue;
		}

		if (s->line_start && (c == '#' || (c == '%' && next == ':')))
			why = start_directive(s);
		/* neither form feed and the like, nor a splice */
		if (!isspace((unsigned char)c) && skip_splices(s->in, s->end) == s->in)
			s->line_start = false;

		if (why)
			break;
		if (c == '"' && is_raw_string(s, text)) {
			why = "raw string literal";
		} else if (c == '"' || c == '\'') {
			why = copy_literal(s, c);
		} else if (c == '<' && s->header_name) {
			why = copy_literal(s, '>');
		} else {
			put_due_blank(s);
			put(s, s->in++, 1);
		}
	}
	return why;
}

static bool has_spliced_delimiter(const char *text, size_t size)
{
	const char *end = text + size, *p = text;

	while ((p = memchr(p, '\\', end - p))) {
		const char *next = skip_splices(p, end);
		char before = p > text ? p[-1] : 0;
		char after = next < end ? *next : 0;

		if (next > p && ((before == '/' && (after == '/' || after == '*')) ||
				 (before == '*' && after == '/')))
			return true;
		p = next > p ? next : p + 1;
	}
	return false;
}

const char *strip_comments(const char *text, size_t size, char *out, size_t *out_size)
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

	if (has_spliced_delimiter(text, size))
		why = "comment delimiter cut by a line splice";
	else if (!is_self_checksummed(text, size))
		why = strip(&s, text);
	else
		put(&s, text, size);
	if (!why)
		*out_size = s.out_size;
	return why;
}
