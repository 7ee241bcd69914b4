// SPDX-License-Identifier: GPL-2.0-only
/* kheaders path: where a tree is, which is unpacked on first use. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"

static int run(int argc, char **argv)
{
	static const struct option options[] = { TREE_OPTIONS, ARCHIVE_OPTIONS };
	struct tree tree = { 0 };
	int status;

	parse_tree_options(&cmd_path, argc, argv, TREE_OPTIONS_SHORT, options, &tree);
	status = open_tree(&tree);
	if (status)
		return status;
	puts(tree.path);
	free(tree.path);
	return finish_output();
}

const struct command cmd_path = {
	.name = "path",
	.run = run,
	.arguments = "",
	.help = "Print the path of an unpacked tree, from the cache.",
	.options = TREE_OPTIONS_HELP,
};
