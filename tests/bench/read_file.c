// SPDX-License-Identifier: GPL-2.0-only
/*
 * read_file FILE: how long it takes to have all bytes of a file in sight, by read(2) and by
 * mmap(2): medians of several rounds, in turn. The bytes' sum has to be the same.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS	11

static double now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

/* One byte of each page: what is to be measured is not how fast memory is. */
static unsigned int sum(const uint8_t *data, size_t size)
{
	unsigned int total = 0;
	size_t i;

	for (i = 0; i < size; i += 4096)
		total += data[i];
	return total;
}

int main(int argc, char **argv)
{
	double by_read[ROUNDS], by_mmap[ROUNDS], start;
	unsigned int read_sum, mmap_sum;
	struct stat st;
	uint8_t *data;
	size_t done;
	ssize_t n;
	int fd, i;

	fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	if (fd < 0 || fstat(fd, &st))
		return 1;
	for (i = 0; i < ROUNDS; i++) {
		start = now();
		data = malloc(st.st_size);
		for (done = 0; data && done < (size_t)st.st_size; done += n) {
			n = pread(fd, data + done, st.st_size - done, done);
			if (n <= 0)
				return 1;
		}
		if (!data)
			return 1;
		read_sum = sum(data, st.st_size);
		free(data);
		by_read[i] = now() - start;

		start = now();
		data = mmap(NULL, st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (data == MAP_FAILED)
			return 1;
		mmap_sum = sum(data, st.st_size);
		munmap(data, st.st_size);
		by_mmap[i] = now() - start;
		if (mmap_sum != read_sum)
			return 1;
	}
	qsort(by_read, ROUNDS, sizeof(*by_read), compare);
	qsort(by_mmap, ROUNDS, sizeof(*by_mmap), compare);
	printf("whole file\tread\t%f\nwhole file\tmmap\t%f\n", by_read[ROUNDS / 2],
	       by_mmap[ROUNDS / 2]);
	return 0;
}
