// SPDX-License-Identifier: GPL-2.0-only
/* kheaders cflags: the compiler's options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		TREE_OPTIONS,
		{ "target", required_argument, NULL, 't' },
		ARCHIVE_OPTIONS
	};
	static const char *const directories[] = {
		"", "/generated", "/uapi", "/generated/uapi",
	};
	struct tree tree = { 0 };
	size_t i;
	int status;

	parse_tree_options(&cmd_cflags, argc, argv, TREE_OPTIONS_SHORT, options, &tree);
	if (tree.target && strcmp(tree.target, "bpf"))
		usage_error(&cmd_cflags, "unknown target '%s'", tree.target);
	status = open_tree(&tree);
	if (status)
		return status;
	printf("-nostdinc -D__KERNEL__");
	if (tree.target)
		printf(" --target=bpf -D__BPF_TRACING__ -D__TARGET_ARCH_%s", tree.info.arch);
	for (i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		printf(" -I%s/arch/%s/include%s -I%s/include%s", tree.path, tree.info.arch,
		       directories[i], tree.path, directories[i]);
	printf(" -include %s/include/linux/kconfig.h\n", tree.path);
	free(tree.path);
	return finish_output();
}

const struct command cmd_cflags = {
	.name = "cflags",
	.run = run,
	.arguments = "",
	.help = "Print the compiler's options to compile with the headers.",
	.options = TREE_OPTIONS_HELP
	"      --target bpf     for BPF programs\n",
};
