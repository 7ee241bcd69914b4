// SPDX-License-Identifier: GPL-2.0-only
/* A tree in the cache, for the commands that do something with it. */
#include <string.h>

#include "cmd.h"

void parse_tree_options(const struct command *command, int argc, char **argv,
			const char *short_options, const struct option *long_options,
			struct tree *tree)
{
	int c;

	while ((c = parse_option(command, argc, argv, short_options, long_options)) != -1) {
		switch (c) {
		case 'f': tree->file = optarg; break;
		case 'o': tree->other = true; break;
		case 'c': tree->cache = optarg; break;
		case 't': tree->target = optarg; break;
		}
	}
	if (*short_options != '+' && argv[optind])
		usage_error(command, "'%s': takes no arguments", argv[optind]);
}

enum status open_tree(struct tree *tree)
{
	int status = open_kernels(tree->file, tree->other, &tree->info);

	if (status)
		return status;
	if (kheaders_path(kh, tree->cache, &tree->path, &tree->lock))
		return archive_failed();
	return STATUS_OK;
}

bool can_build_modules(const struct tree *tree)
{
	return !strcmp(tree->info.profile, "build");
}

/* What programs look at. Those that are for modules would be of no use without a makefile. */
static const struct {
	const char *name;
	bool for_modules;
} variables[] = {
	{ "BPFTRACE_KERNEL_SOURCE", false },
	{ "BCC_KERNEL_SOURCE", false },
	{ "KDIR", true },
	{ "KERNEL_DIR", true },
	{ "KERNELDIR", true },
	{ "SYSTEMTAP_RELEASE", true },
};

#define VARIABLE_COUNT	(sizeof(variables) / sizeof(variables[0]))

void for_each_variable(const struct tree *tree,
		       void (*function)(const char *name, const char *value))
{
	size_t i;

	for (i = 0; i < VARIABLE_COUNT; i++)
		if (!variables[i].for_modules || can_build_modules(tree))
			function(variables[i].name, tree->path);
}
