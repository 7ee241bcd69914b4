/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Results in KTAP, and what else the C tests share. Stand-alone on purpose:
 * these tests also run outside of a kernel tree.
 */
#ifndef _KTAP_H
#define _KTAP_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define __printf(f, a)	__attribute__((format(printf, f, a)))
#define __noreturn	__attribute__((noreturn))

enum { KTAP_PASS = 0, KTAP_FAIL = 1, KTAP_SKIP = 4 };

static unsigned int ktap_planned, ktap_run, ktap_failed, ktap_skipped;

static inline void ktap_plan(unsigned int tests)
{
	ktap_planned = tests;
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%u\n", tests);
}

/* A line of explanation; printed before the result that it belongs to. */
__printf(1, 2)
static inline void ktap_msg(const char *format, ...)
{
	va_list args;

	printf("# ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
}

static inline void ktap_result(bool ok, const char *name)
{
	ktap_run++;
	ktap_failed += !ok;
	printf("%s %u %s\n", ok ? "ok" : "not ok", ktap_run, name);
}

static inline void ktap_skip(const char *name, const char *reason)
{
	ktap_run++;
	ktap_skipped++;
	printf("ok %u %s # SKIP %s\n", ktap_run, name, reason);
}

/* The exit status: a test that ended early did not pass. */
static inline int ktap_status(void)
{
	if (ktap_run != ktap_planned) {
		ktap_msg("planned %u tests, ran %u", ktap_planned, ktap_run);
		return KTAP_FAIL;
	}
	if (ktap_failed)
		return KTAP_FAIL;
	return ktap_skipped == ktap_run ? KTAP_SKIP : KTAP_PASS;
}

/* For preconditions: nothing after this would mean anything. */
__printf(1, 2) __noreturn
static inline void ktap_bail_out(const char *format, ...)
{
	int err = errno;
	va_list args;

	printf("Bail out! ");
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf(": %s\n", strerror(err));
	exit(KTAP_FAIL);
}

/*
 * The whole file, read in order with plain read(2): what all other ways to get
 * at the data are compared with. Fails the test if the size is not exact.
 */
static inline unsigned char *read_all(const char *path, size_t *size)
{
	unsigned char *data;
	struct stat st;
	size_t done = 0;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		ktap_bail_out("%s", path);

	/* One byte more, so that a file longer than its size is noticed. */
	data = malloc(st.st_size + 1);
	if (!data)
		ktap_bail_out("malloc");
	while ((n = read(fd, data + done, st.st_size + 1 - done)) > 0)
		done += n;
	if (n < 0)
		ktap_bail_out("reading %s", path);
	close(fd);

	errno = EIO;
	if (!done || done != (size_t)st.st_size)
		ktap_bail_out("%s: size %lld, but %zu bytes", path,
			      (long long)st.st_size, done);
	*size = done;
	return data;
}

#endif /* _KTAP_H */
