// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reproduces a miscount of mappings in kernfs, which
 * Documentation/kheaders/kernfs-mmap-race.rst describes.
 *
 *	kernfs_mmap_race FILE COMMAND [ARGUMENT...]
 *
 * FILE is a file in sysfs that can be mapped, COMMAND what removes it:
 *
 *	kernfs_mmap_race /sys/kernel/kheaders.tar.xz rmmod kheaders
 *	kernfs_mmap_race /sys/bus/pci/devices/0000:00:04.0/resource1 \
 *		sh -c 'echo 1 > /sys/bus/pci/devices/0000:00:04.0/remove'
 *
 * Where the kernel has the fault, its log has "WARNING: ... kernfs_drain_open_files"
 * then. Exits with the command's status.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 2, ROUNDS = 3000, FILES = 256 };

/*
 * Only the first mapping of each open file is counted. Many are mapped in a row, for
 * the processes to do so at the same time.
 */
static void map_often(const char *file)
{
	long page = sysconf(_SC_PAGESIZE);
	int fds[FILES];
	void *maps[FILES];

	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < FILES; i++)
			fds[i] = open(file, O_RDONLY);
		for (int i = 0; i < FILES; i++)
			maps[i] = mmap(NULL, page, PROT_READ, MAP_SHARED, fds[i], 0);
		for (int i = 0; i < FILES; i++) {
			if (maps[i] == MAP_FAILED) {
				perror(file);
				_exit(1);
			}
			munmap(maps[i], page);
			close(fds[i]);
		}
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	int failed = 0, status;

	if (argc < 3) {
		fprintf(stderr, "usage: %s FILE COMMAND [ARGUMENT...]\n", argv[0]);
		return 2;
	}

	/* The count is kept for as long as anybody has the file open. */
	if (open(argv[1], O_RDONLY) < 0) {
		perror(argv[1]);
		return 1;
	}

	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		if (pid == 0)
			map_often(argv[1]);
		if (pid < 0) {
			perror("fork");
			failed = 1;
		}
	}
	while (wait(&status) > 0)
		failed |= status;
	if (failed)
		return 1;

	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 1;
}
