// SPDX-License-Identifier: GPL-2.0-only
/* kheaders mount: a program of its own, which needs a library that the others do not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

static int run(int argc, char **argv)
{
	static char program[] = "kheaders-mount";

	(void)argc;
	argv[0] = program;
	execvp(program, argv);
	if (errno == ENOENT)
		complain("mount: %s is not installed", program);
	else
		complain("mount: %s: %s", program, strerror(errno));
	return STATUS_FAILED;
}

const struct command cmd_mount = {
	.name = "mount",
	.run = run,
	.arguments = "[SOURCE] DIRECTORY",
	.help = "Mount the archive as a file system, until fusermount3 -u DIRECTORY.",
	.options =
	"  -f, --foreground     stay, and unmount when interrupted\n"
	"  -o, --other-kernel   another kernel's headers are as good\n"
	ARCHIVE_OPTIONS_HELP,
};
