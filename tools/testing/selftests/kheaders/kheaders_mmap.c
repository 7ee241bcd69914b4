// SPDX-License-Identifier: GPL-2.0-only
/*
 * kheaders_mmap FILE [MARKER]: maps a file in sysfs. It shows the same bytes as
 * read(2) returns, then the marker and zeros, and none of it can be changed or
 * executed.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "ktap.h"

static const char *marker = "";
static unsigned char *data;
static size_t size, page, pages;
static int fd;

static void *map(size_t len, int prot, int flags, off_t offset)
{
	return mmap(NULL, len, prot, flags, fd, offset);
}

/* Maps a range and compares it, as far as the archive goes. */
static bool map_matches(size_t len, int flags, off_t offset)
{
	size_t want = offset + len > size ? size - offset : len;
	unsigned char *p = map(len, PROT_READ, flags, offset);
	bool ok;

	if (p == MAP_FAILED) {
		ktap_msg("%zu bytes at %lld: %s", len, (long long)offset,
			 strerror(errno));
		return false;
	}
	ok = !memcmp(p, data + offset, want);
	if (!ok)
		ktap_msg("%zu bytes at %lld: other bytes", len,
			 (long long)offset);
	munmap(p, len);
	return ok;
}

static void test_whole(void)
{
	ktap_result(map_matches(size, MAP_PRIVATE, 0),
		    "a private mapping gives what read() gives");
	ktap_result(map_matches(size, MAP_SHARED, 0),
		    "a shared mapping gives what read() gives");
	ktap_result(map_matches(size, MAP_SHARED | MAP_POPULATE, 0) &&
		    map_matches(pages * page, MAP_PRIVATE, 0),
		    "populated, and to the end of the last page");
}

static void test_parts(void)
{
	const size_t first[] = { 0, 1, 2, pages / 2, pages - 2, pages - 1 };
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(first); i++) {
		off_t offset = first[i] * page;

		ok &= map_matches(1, MAP_PRIVATE, offset);
		ok &= map_matches(page, MAP_SHARED, offset);
		ok &= map_matches((pages - first[i]) * page, MAP_PRIVATE,
				  offset);
	}
	ktap_result(ok, "mappings at an offset and of a part match");
}

static void test_beyond(void)
{
	const struct {
		size_t first, count;
	} ranges[] = {
		{ 0, pages + 1 }, { 1, pages }, { pages - 1, 2 }, { pages, 1 },
		{ pages + 1, 1 }, { pages * 1000, 1 }, { SIZE_MAX / page / 4, 1 },
	};
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(ranges); i++) {
		void *p = map(ranges[i].count * page, PROT_READ, MAP_PRIVATE,
			      ranges[i].first * page);

		if (p == MAP_FAILED && errno == EINVAL)
			continue;
		ktap_msg("%zu pages from page %zu: %s", ranges[i].count,
			 ranges[i].first,
			 p == MAP_FAILED ? strerror(errno) : "mapped");
		ok = false;
	}
	ktap_result(ok, "mappings beyond the last page are refused");
}

static void test_tail(void)
{
	const char *name = "the last page ends with the marker and zeros";
	size_t tail = pages * page - size, i, len;
	unsigned char *last;
	bool ok;

	if (!tail) {
		ktap_skip(name, "the file fills its last page");
		return;
	}

	last = map(page, PROT_READ, MAP_PRIVATE, (pages - 1) * page);
	if (last == MAP_FAILED) {
		ktap_result(false, name);
		return;
	}
	last += page - tail;
	len = strlen(marker);
	i = tail < len ? tail : len;
	ok = !memcmp(last, marker, i);
	for (; i < tail; i++)
		ok &= !last[i];
	munmap(last - (page - tail), page);
	ktap_result(ok, name);
}

static bool refused(int prot, int flags)
{
	void *p = map(page, prot, flags, 0);

	if (p == MAP_FAILED && (errno == EACCES || errno == EPERM))
		return true;
	ktap_msg("protection %d, flags %d: %s", prot, flags,
		 p == MAP_FAILED ? strerror(errno) : "mapped");
	return false;
}

static void test_protection(void)
{
	const int flags[] = { MAP_PRIVATE, MAP_SHARED };
	bool write_ok = true, exec_ok = true, later_ok = true;

	for (int i = 0; i < 2; i++) {
		void *p = map(page, PROT_READ, flags[i], 0);

		if (p == MAP_FAILED)
			ktap_bail_out("mmap");
		write_ok &= refused(PROT_READ | PROT_WRITE, flags[i]);
		write_ok &= refused(PROT_WRITE, flags[i]);
		exec_ok &= refused(PROT_READ | PROT_EXEC, flags[i]);
		later_ok &= mprotect(p, page, PROT_READ | PROT_WRITE) == -1 &&
			    errno == EACCES;
		later_ok &= mprotect(p, page, PROT_READ | PROT_EXEC) == -1 &&
			    errno == EACCES;
		munmap(p, page);
	}
	ktap_result(write_ok, "PROT_WRITE is refused");
	ktap_result(exec_ok, "PROT_EXEC is refused");
	ktap_result(later_ok, "mprotect() to write or execute is refused");
}

/* A debugger's way in, which makes its own copy of a private page. */
static void test_forced_write(void)
{
	unsigned char *p = map(page, PROT_READ, MAP_PRIVATE, 0);
	int mem = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
	bool ok;

	if (p == MAP_FAILED || mem < 0)
		ktap_bail_out("/proc/self/mem");
	ok = pwrite(mem, "x", 1, (off_t)(unsigned long)p) == -1;
	ok &= !memcmp(p, data, page);
	close(mem);
	munmap(p, page);
	ktap_result(ok, "writing through /proc/self/mem is refused");
}

static void test_grow(void)
{
	unsigned char *p = map(page, PROT_READ, MAP_PRIVATE, (pages - 1) * page);
	void *q;

	if (p == MAP_FAILED)
		ktap_bail_out("mmap");
	q = mremap(p, page, 2 * page, MREMAP_MAYMOVE);
	ktap_result(q == MAP_FAILED, "mremap() beyond the end is refused");
	munmap(q == MAP_FAILED ? p : q, page);
}

static sigjmp_buf on_sigbus;

static void sigbus(int sig)
{
	(void)sig;
	siglongjmp(on_sigbus, 1);
}

/* Pages that were dropped come back, one fault each. */
static void test_faults(void)
{
	const struct sigaction sa = { .sa_handler = sigbus };
	unsigned char *p = map(pages * page, PROT_READ, MAP_SHARED, 0);
	volatile bool ok;

	if (p == MAP_FAILED)
		ktap_bail_out("mmap");
	ok = !madvise(p, pages * page, MADV_DONTNEED);
	if (!ok)
		ktap_msg("madvise: %s", strerror(errno));
	sigaction(SIGBUS, &sa, NULL);
	if (sigsetjmp(on_sigbus, 1)) {
		ktap_msg("SIGBUS");
		ok = false;
	} else {
		ok &= !memcmp(p, data, size);
	}
	signal(SIGBUS, SIG_DFL);
	munmap(p, pages * page);
	ktap_result(ok, "dropped pages come back");
}

static void test_fork(void)
{
	unsigned char *p = map(size, PROT_READ, MAP_PRIVATE, 0);
	int status = -1;
	pid_t pid;

	if (p == MAP_FAILED)
		ktap_bail_out("mmap");
	pid = fork();
	if (pid < 0)
		ktap_bail_out("fork");
	if (!pid)
		_exit(!!memcmp(p, data, size));
	waitpid(pid, &status, 0);
	munmap(p, size);
	ktap_result(!status, "a child inherits the mapping");
}

static void test_after_close(void)
{
	unsigned char *p = map(size, PROT_READ, MAP_PRIVATE, 0);
	bool ok;

	if (p == MAP_FAILED)
		ktap_bail_out("mmap");
	close(fd);
	ok = !memcmp(p, data, size);
	munmap(p, size);
	ktap_result(ok, "a mapping outlives its file descriptor");
}

int main(int argc, char **argv)
{
	const char *path = argv[1];

	if (argc < 2) {
		fprintf(stderr, "usage: kheaders_mmap FILE [MARKER]\n");
		return KTAP_FAIL;
	}
	if (argc > 2)
		marker = argv[2];

	ktap_plan(14);
	data = read_all(path, &size);
	page = sysconf(_SC_PAGESIZE);
	pages = (size + page - 1) / page;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		ktap_bail_out("%s", path);

	test_whole();
	test_parts();
	test_beyond();
	test_tail();
	test_protection();
	test_forced_write();
	test_grow();
	test_faults();
	test_fork();
	test_after_close();

	free(data);
	return ktap_status();
}
