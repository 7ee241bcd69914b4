// SPDX-License-Identifier: GPL-2.0-only
/* kheaders run: a command that finds the headers. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

static void set_variable(const char *name, const char *value)
{
	setenv(name, value, 1);
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { TREE_OPTIONS, ARCHIVE_OPTIONS };
	struct tree tree = { 0 };
	int status;

	parse_tree_options(&cmd_run, argc, argv, "+" TREE_OPTIONS_SHORT, options, &tree);
	if (!argv[optind])
		usage_error(&cmd_run, "which command?");
	status = open_tree(&tree);
	if (status)
		return status;
	for_each_variable(&tree, set_variable);
	if (!can_build_modules(&tree) && !strcmp(argv[optind], "make"))
		complain("warning: %s has headers only, " MISSING_KIT, tree.info.path);

	/* The tree is used as long as the command has the lock open. */
	fcntl(tree.lock, F_SETFD, 0);
	execvp(argv[optind], &argv[optind]);
	status = errno == ENOENT ? 127 : 126;
	complain("%s: %s", argv[optind], strerror(errno));
	free(tree.path);
	return status;
}

const struct command cmd_run = {
	.name = "run",
	.run = run,
	.arguments = "[--] COMMAND...",
	.help = "Run a command that finds the headers: bpftrace, bcc's tools, make.",
	.options = TREE_OPTIONS_HELP,
};
