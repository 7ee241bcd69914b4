// SPDX-License-Identifier: GPL-2.0-only
/*
 * Holds the comment stripper against a lexer that is as simple as it can be: it joins
 * lines first and then looks for comments, as the C standard tells it, one byte at a
 * time. Of the stripped text and of the original it must see the same bytes outside of
 * comments, on the same lines, with blanks and newlines in the same places.
 *
 * Built with -DREPLAY it takes inputs from standard input, one a line, in hexadecimal,
 * and says how many there were. Otherwise it is a target for libFuzzer.
 */
#define _GNU_SOURCE	/* getline */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "strip_comments.h"

/* A byte that is no blank, outside of comments */
struct byte {
	unsigned int line;
	char c;
	bool after_blank;
	bool after_newline;
	bool in_directive;
};

/* Of the text with its line splices taken out: where bytes are and what they are. */
struct joined {
	size_t count;
	char *c;
	unsigned int *line;
};

struct lexer {
	struct joined text;
	size_t at;
	struct byte *bytes;
	size_t count;
	bool blank;
	bool newline;		/* since the last byte */
	bool line_start;	/* only blanks and comments so far in this line */
	bool directive;
	bool header_name;	/* '<' begins the name of a header */
};

static void *allocate(size_t size)
{
	void *p = calloc(size ? size : 1, 1);

	if (!p)
		abort();
	return p;
}

static void join_lines(struct joined *to, const char *text, size_t size)
{
	unsigned int line = 1;
	size_t i = 0;

	to->c = allocate(size);
	to->line = allocate(size * sizeof(*to->line));
	while (i < size) {
		size_t end = i + 1;

		/* like gcc, which lets blanks stand between backslash and newline */
		while (text[i] == '\\' && end < size && text[end] != '\n' &&
		       isspace((unsigned char)text[end]))
			end++;
		if (text[i] == '\\' && end < size && text[end] == '\n') {
			line++;
			i = end + 1;
			continue;
		}
		to->c[to->count] = text[i];
		to->line[to->count++] = line;
		line += text[i++] == '\n';
	}
}

static char peek(const struct lexer *l, size_t ahead)
{
	return l->at + ahead < l->text.count ? l->text.c[l->at + ahead] : 0;
}

static void take(struct lexer *l)
{
	l->bytes[l->count++] = (struct byte) {
		.line = l->text.line[l->at],
		.c = l->text.c[l->at],
		.after_blank = l->blank,
		.after_newline = l->newline,
		.in_directive = l->directive,
	};
	l->blank = false;
	l->newline = false;
	l->at++;
}

static bool skip_comment(struct lexer *l)
{
	if (peek(l, 0) != '/' || (peek(l, 1) != '*' && peek(l, 1) != '/'))
		return false;
	if (peek(l, 1) == '/') {
		while (l->at < l->text.count && peek(l, 0) != '\n')
			l->at++;
	} else {
		l->at += 2;
		while (l->at < l->text.count && !(peek(l, 0) == '*' && peek(l, 1) == '/'))
			l->at++;
		l->at += 2;
	}
	l->blank = true;
	return true;
}

/* Blanks count within a literal. */
static void take_literal(struct lexer *l, char terminator)
{
	take(l);
	while (l->at < l->text.count && peek(l, 0) != '\n') {
		char c = peek(l, 0);

		take(l);
		if (c == terminator)
			break;
		if (c == '\\' && terminator != '>' && l->at < l->text.count)
			take(l);
	}
}

static void skip_blanks(struct lexer *l)
{
	while (l->at < l->text.count &&
	       ((peek(l, 0) != '\n' && isspace((unsigned char)peek(l, 0))) ||
		skip_comment(l)))
		if (peek(l, 0) != '\n' && isspace((unsigned char)peek(l, 0))) {
			l->blank = true;
			l->at++;
		}
}

/* From '#' on to the directive's name, which may announce the name of a header */
static void take_directive(struct lexer *l)
{
	static const char *const with_header[] = { "include", "include_next", "import" };
	char name[16] = "";
	size_t length = 0, i;

	l->directive = true;
	if (peek(l, 0) == '%')
		take(l);
	take(l);
	skip_blanks(l);
	while (isalnum((unsigned char)peek(l, 0)) || peek(l, 0) == '_') {
		if (length < sizeof(name) - 1)
			name[length++] = peek(l, 0);
		take(l);
	}
	for (i = 0; i < 3; i++)
		if (!strcmp(name, with_header[i]))
			l->header_name = true;
}

static void lex(struct lexer *l, const char *text, size_t size)
{
	join_lines(&l->text, text, size);
	l->bytes = allocate(size * sizeof(*l->bytes));
	l->newline = true;
	l->line_start = true;
	while (l->at < l->text.count) {
		char c = peek(l, 0);

		if (skip_comment(l))
			continue;
		if (c == '\n') {
			l->newline = true;
			l->line_start = true;
			l->directive = false;
			l->header_name = false;
			l->at++;
			continue;
		}
		if (isspace((unsigned char)c)) {
			l->blank = true;
			l->at++;
			continue;
		}
		if (l->line_start && (c == '#' || (c == '%' && peek(l, 1) == ':'))) {
			l->line_start = false;
			take_directive(l);
			continue;
		}
		l->line_start = false;
		if (c == '"' || c == '\'')
			take_literal(l, c);
		else if (c == '<' && l->header_name)
			take_literal(l, '>');
		else
			take(l);
	}
}

static void release(struct lexer *l)
{
	free(l->text.c);
	free(l->text.line);
	free(l->bytes);
}

static bool same_byte(const struct byte *a, const struct byte *b)
{
	/* at the start of a line a blank says nothing */
	return a->c == b->c && a->line == b->line && a->in_directive == b->in_directive &&
	       a->after_newline == b->after_newline &&
	       (a->after_newline || a->after_blank == b->after_blank);
}

static void show(const char *who, const struct lexer *l, size_t i)
{
	if (i >= l->count)
		fprintf(stderr, "%s: has %zu bytes\n", who, l->count);
	else
		fprintf(stderr, "%s: byte %zu is '%c' in line %u%s%s%s\n", who, i,
			l->bytes[i].c, l->bytes[i].line,
			l->bytes[i].after_blank ? ", after a blank" : "",
			l->bytes[i].after_newline ? ", after a newline" : "",
			l->bytes[i].in_directive ? ", in a directive" : "");
}

static void compare(const char *text, size_t size, const char *stripped, size_t stripped_size)
{
	struct lexer before = { 0 }, after = { 0 };
	size_t i = 0;

	lex(&before, text, size);
	lex(&after, stripped, stripped_size);
	while (i < before.count && i < after.count &&
	       same_byte(&before.bytes[i], &after.bytes[i]))
		i++;
	if (i < before.count || i < after.count) {
		show("before", &before, i);
		show("after", &after, i);
		abort();
	}
	release(&before);
	release(&after);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* copies of just this size, so that the sanitizer sees what is next to them */
	char *text = allocate(size), *stripped = allocate(size);
	size_t stripped_size;

	if (size)
		memcpy(text, data, size);
	if (!strip_comments(text, size, stripped, &stripped_size)) {
		if (stripped_size > size)
			abort();
		compare(text, size, stripped, stripped_size);
	}
	free(text);
	free(stripped);
	return 0;
}

#ifdef REPLAY
int main(void)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t length;
	int count = 0;

	for (; (length = getline(&line, &capacity, stdin)) > 0; count++) {
		uint8_t *data = allocate(length / 2);
		size_t i;

		for (i = 0; i < (size_t)length / 2; i++)
			sscanf(line + 2 * i, "%2hhx", &data[i]);
		LLVMFuzzerTestOneInput(data, length / 2);
		free(data);
	}
	free(line);
	printf("%d\n", count);
	return 0;
}
#endif
