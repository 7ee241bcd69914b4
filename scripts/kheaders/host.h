/* SPDX-License-Identifier: GPL-2.0-only */
/* What plan_blocks and pack_block have in common. */
#ifndef KHEADERS_HOST_H
#define KHEADERS_HOST_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

extern const char program[];

static inline void die(const char *path, const char *what)
{
	fprintf(stderr, "%s: %s: %s\n", program, path, what);
	exit(1);
}

static inline void *check_alloc(void *p)
{
	if (!p)
		die("memory", strerror(ENOMEM));
	return p;
}

/* Allocated here. */
static inline char *join(const char *a, char separator, const char *b)
{
	size_t size = strlen(a) + 1 + strlen(b) + 1;
	char *joined = check_alloc(malloc(size));

	snprintf(joined, size, "%s%c%s", a, separator, b);
	return joined;
}

static inline FILE *open_file(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (!f)
		die(path, strerror(errno));
	return f;
}

/* Closes a file that was written. */
static inline void close_file(FILE *f, const char *path)
{
	bool failed = ferror(f);

	if (fclose(f) || failed)
		die(path, "cannot write (is the disk full?)");
}

#endif
