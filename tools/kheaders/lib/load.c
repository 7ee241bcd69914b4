// SPDX-License-Identifier: LGPL-2.1-or-later
/* Loads the module, as the kernel itself would load one. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "internal.h"

/* Says which program the kernel runs to load modules: not all systems have it in /sbin. */
#define MODPROBE_SETTING	"/proc/sys/kernel/modprobe"

static void find_modprobe(char *path, size_t size)
{
	int fd = open(MODPROBE_SETTING, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, path, size - 1);

	if (fd >= 0)
		close(fd);
	path[n > 0 ? n : 0] = '\0';
	path[strcspn(path, "\n")] = '\0';
	if (*path != '/')
		strcpy(path, "/sbin/modprobe");
}

int kheaders_load(struct kheaders *kh)
{
	char path[256];
	char *argv[] = { path, "-q", "kheaders", NULL };
	char *environment[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin", NULL };
	int err, status = 0;
	pid_t pid;

	find_modprobe(path, sizeof(path));
	err = posix_spawn(&pid, path, NULL, NULL, argv, environment);
	if (err)
		return fail(kh, -err, "%s: %s", path, strerror(err));
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return fail(kh, -errno, "%s: %s", path, strerror(errno));
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		return fail(kh, geteuid() ? -EPERM : -ENOENT,
			    geteuid() ? "%s: cannot load the module kheaders: only root can" :
			    "%s: there is no module kheaders for this kernel, or it cannot be "
			    "loaded", path);
	return 0;
}
