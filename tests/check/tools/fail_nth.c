// SPDX-License-Identifier: GPL-2.0-only
/*
 * To be preloaded: makes the call number FAIL_AT of the function FAIL_CALL fail as if there
 * was no room, or, with FAIL_SIGNAL, sends that signal and lets it succeed. Notes in the file
 * FAIL_COUNT how many calls there were.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int count;

static int fails(const char *call)
{
	const char *which = getenv("FAIL_CALL"), *at = getenv("FAIL_AT");
	const char *signal = getenv("FAIL_SIGNAL");

	if (!which || strcmp(which, call) || ++count != atoi(at ? at : "0"))
		return 0;
	if (signal) {
		raise(atoi(signal));
		return 0;
	}
	errno = ENOSPC;
	return 1;
}

__attribute__((destructor)) static void note(void)
{
	const char *path = getenv("FAIL_COUNT");
	FILE *f = path ? fopen(path, "w") : NULL;

	if (f)
		fprintf(f, "%d\n", count);
	if (f)
		fclose(f);
}

#define REAL(name)	((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size)
{
	return fails("write") ? -1 : REAL(write)(fd, data, size);
}

int openat(int parent, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = va_arg(args, mode_t);
	va_end(args);
	return flags & O_CREAT && fails("openat") ? -1 : REAL(openat)(parent, path, flags, mode);
}

int mkdirat(int parent, const char *path, mode_t mode)
{
	return fails("mkdirat") ? -1 : REAL(mkdirat)(parent, path, mode);
}

int mkdir(const char *path, mode_t mode)
{
	return fails("mkdir") ? -1 : REAL(mkdir)(path, mode);
}

int fchmod(int fd, mode_t mode)
{
	return fails("fchmod") ? -1 : REAL(fchmod)(fd, mode);
}

int renameat(int from, const char *old, int to, const char *new)
{
	return fails("renameat") ? -1 : REAL(renameat)(from, old, to, new);
}

/* Of files that have been written. It has closed nevertheless: some file systems say at the
 * end that there was no room. */
int close(int fd)
{
	struct stat st;
	int written = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY && !fstat(fd, &st) &&
		      st.st_nlink;
	int ret = REAL(close)(fd);

	return written && fails("close") ? -1 : ret;
}
