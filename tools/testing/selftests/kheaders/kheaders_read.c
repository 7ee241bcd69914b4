// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading the archive in other ways than from its first byte to its last, and
 * trying to write to it. Works on the file in /sys as well as on that in /proc.
 */
#include <limits.h>

#include "ktap.h"

static unsigned char *data;
static size_t size;
static int fd;

/* May give less than asked for, but something, and the right bytes. */
static bool read_matches(off_t pos, size_t len)
{
	size_t want = (size_t)pos + len > size ? size - (size_t)pos : len;
	unsigned char *buf;
	ssize_t n;
	bool ok;

	buf = malloc(len);
	if (!buf)
		ktap_bail_out("malloc");
	n = pread(fd, buf, len, pos);
	ok = n > 0 && (size_t)n <= want && !memcmp(buf, data + pos, n);
	if (!ok)
		ktap_msg("%zu bytes at %lld: got %zd", len, (long long)pos, n);
	free(buf);
	return ok;
}

static void test_offsets(void)
{
	const long page = sysconf(_SC_PAGESIZE);
	const off_t offsets[] = {
		0, 1, 7, page - 1, page, page + 1, 3 * page - 5, size / 2,
		size / 2 | 1, size - page - 1, size - page, size - 9, size - 1,
	};
	const size_t lengths[] = { 1, 3, 8, page - 1, page, page + 1, 3 * page };
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++)
		for (size_t j = 0; j < ARRAY_SIZE(lengths); j++)
			ok &= read_matches(offsets[i], lengths[j]);
	ktap_result(ok, "reads at odd offsets give the same bytes");
}

/* In steps that divide neither the page nor the archive. */
static void test_odd_steps(void)
{
	unsigned char buf[4093];
	size_t done = 0;
	ssize_t n = 0;
	bool ok = true;

	if (lseek(fd, 0, SEEK_SET))
		ktap_bail_out("lseek");
	while (ok && (n = read(fd, buf, sizeof(buf))) > 0) {
		ok = done + n <= size && !memcmp(buf, data + done, n);
		done += n;
	}
	if (n < 0 || done != size) {
		ktap_msg("stopped after %zu bytes: %zd", done, n);
		ok = false;
	}
	ktap_result(ok, "reads of odd length add up to the same bytes");
}

static void test_across_end(void)
{
	unsigned char buf[64];
	bool ok = true;

	for (size_t left = 1; left < sizeof(buf); left++) {
		ssize_t n = pread(fd, buf, sizeof(buf), size - left);

		if (n != (ssize_t)left ||
		    memcmp(buf, data + size - left, left)) {
			ktap_msg("%zu bytes before the end: got %zd", left, n);
			ok = false;
		}
	}
	ktap_result(ok, "reads across the end stop there");
}

static void test_past_end(void)
{
	const off_t offsets[] = {
		size, size + 1, size + 4096, size + 65536, 1LL << 32,
		LLONG_MAX - 65536,
	};
	unsigned char buf[64];
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(offsets); i++) {
		ssize_t n = pread(fd, buf, sizeof(buf), offsets[i]);

		if (n) {
			ktap_msg("at %lld: got %zd", (long long)offsets[i], n);
			ok = false;
		}
	}
	ktap_result(ok, "reads past the end give nothing");
}

static void test_seek_back(void)
{
	unsigned char byte;
	bool ok;

	ok = lseek(fd, 100, SEEK_SET) == 100 &&
	     lseek(fd, -99, SEEK_CUR) == 1 &&
	     read(fd, &byte, 1) == 1 && byte == data[1] &&
	     lseek(fd, -2, SEEK_SET) == -1 && errno == EINVAL &&
	     read(fd, &byte, 1) == 1 && byte == data[2];
	ktap_result(ok, "seeking");
}

/* Root may open a file of mode 0444 for writing in /proc, not in /sys. */
static void test_write(const char *path)
{
	const int modes[] = { O_WRONLY, O_RDWR, O_WRONLY | O_TRUNC };
	size_t size_after;
	unsigned char *after;
	bool ok = true;

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		int wfd = open(path, modes[i] | O_CLOEXEC);

		if (wfd < 0)
			continue;
		if (write(wfd, "x", 1) >= 0 || pwrite(wfd, "x", 1, 9) >= 0) {
			ktap_msg("mode %o: could be written to", modes[i]);
			ok = false;
		}
		close(wfd);
	}
	if (write(fd, "x", 1) >= 0 || errno != EBADF)
		ok = false;
	/* Says yes to root, but must not do anything. */
	if (truncate(path, 0) && errno != EACCES)
		ok = false;

	after = read_all(path, &size_after);
	ok &= size_after == size && !memcmp(after, data, size);
	free(after);
	ktap_result(ok, "writing is refused and changes nothing");
}

int main(int argc, char **argv)
{
	const char *path = argc > 1 ? argv[1] : "/sys/kernel/kheaders.tar.xz";

	ktap_plan(6);
	data = read_all(path, &size);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		ktap_bail_out("%s", path);

	test_offsets();
	test_odd_steps();
	test_across_end();
	test_past_end();
	test_seek_back();
	test_write(path);

	close(fd);
	free(data);
	return ktap_status();
}
