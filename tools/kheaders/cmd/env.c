// SPDX-License-Identifier: GPL-2.0-only
/* kheaders env: what "run" sets, for a shell to eval. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"

static void print_quoted(const char *text)
{
	putchar('\'');
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", stdout);
		else
			putchar(*text);
	putchar('\'');
}

static void print_variable(const char *name, const char *value)
{
	printf("export %s=", name);
	print_quoted(value);
	putchar('\n');
}

static int run(int argc, char **argv)
{
	static const struct option options[] = { TREE_OPTIONS, ARCHIVE_OPTIONS };
	struct tree tree = { 0 };
	int status;

	parse_tree_options(&cmd_env, argc, argv, TREE_OPTIONS_SHORT, options, &tree);
	status = open_tree(&tree);
	if (status)
		return status;
	for_each_variable(&tree, print_variable);
	free(tree.path);
	return finish_output();
}

const struct command cmd_env = {
	.name = "env",
	.run = run,
	.arguments = "",
	.help = "Print what \"run\" sets, for a shell to eval.",
	.options = TREE_OPTIONS_HELP,
};
