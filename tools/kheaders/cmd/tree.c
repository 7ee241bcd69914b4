// SPDX-License-Identifier: GPL-2.0-only
/* kheaders path, run, env and cflags: a tree in the cache, and what is to be done with it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

static const struct option tree_options[] = { TREE_OPTIONS, ARCHIVE_OPTIONS };

void take_tree_option(struct tree *tree, int c)
{
	switch (c) {
	case 'f': tree->file = optarg; break;
	case 'o': tree->other = true; break;
	case 'c': tree->cache = optarg; break;
	}
}

enum status open_tree(struct tree *tree)
{
	int status = open_archive(tree->file);

	if (status)
		return status;
	if (kheaders_get_info(kh, &tree->info))
		return archive_failed();
	if (!tree->other && refuse_other_kernel(&tree->info))
		return STATUS_FAILED;
	if (kheaders_path(kh, tree->cache, &tree->path, &tree->lock))
		return archive_failed();
	return STATUS_OK;
}

bool can_build_modules(const struct tree *tree)
{
	return !strcmp(tree->info.profile, "build");
}

/* Parses options only: there are no arguments. */
static enum status open_from_options(const struct command *command, struct tree *tree,
				     int argc, char **argv)
{
	int c;

	while ((c = parse_option(command, argc, argv, TREE_OPTIONS_SHORT,
				 tree_options)) != -1)
		take_tree_option(tree, c);
	if (argv[optind])
		usage_error(command, "'%s': takes no arguments", argv[optind]);
	return open_tree(tree);
}

static int run_path(int argc, char **argv)
{
	struct tree tree = { 0 };
	int status = open_from_options(&cmd_path, &tree, argc, argv);

	if (status)
		return status;
	puts(tree.path);
	free(tree.path);
	return finish_output();
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

static int run_env(int argc, char **argv)
{
	struct tree tree = { 0 };
	int status = open_from_options(&cmd_env, &tree, argc, argv);
	size_t i;

	if (status)
		return status;
	for (i = 0; i < VARIABLE_COUNT; i++) {
		if (variables[i].for_modules && !can_build_modules(&tree))
			continue;
		printf("export %s=", variables[i].name);
		print_quoted(tree.path);
		putchar('\n');
	}
	free(tree.path);
	return finish_output();
}

static int run_run(int argc, char **argv)
{
	struct tree tree = { 0 };
	int c, status;
	size_t i;

	while ((c = parse_option(&cmd_run, argc, argv, "+" TREE_OPTIONS_SHORT,
				 tree_options)) != -1)
		take_tree_option(&tree, c);
	if (!argv[optind])
		usage_error(&cmd_run, "which command?");
	status = open_tree(&tree);
	if (status)
		return status;
	for (i = 0; i < VARIABLE_COUNT; i++)
		if (!variables[i].for_modules || can_build_modules(&tree))
			setenv(variables[i].name, tree.path, 1);
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

static int run_cflags(int argc, char **argv)
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
	bool bpf = false;
	int c, status;
	size_t i;

	while ((c = parse_option(&cmd_cflags, argc, argv, TREE_OPTIONS_SHORT,
				 options)) != -1) {
		if (c == 't' && strcmp(optarg, "bpf"))
			usage_error(&cmd_cflags, "unknown target '%s'", optarg);
		bpf = bpf || c == 't';
		take_tree_option(&tree, c);
	}
	if (argv[optind])
		usage_error(&cmd_cflags, "'%s': takes no arguments", argv[optind]);
	status = open_tree(&tree);
	if (status)
		return status;
	printf("-nostdinc -D__KERNEL__");
	if (bpf)
		printf(" --target=bpf -D__BPF_TRACING__ -D__TARGET_ARCH_%s", tree.info.arch);
	for (i = 0; i < sizeof(directories) / sizeof(directories[0]); i++)
		printf(" -I%s/arch/%s/include%s -I%s/include%s", tree.path, tree.info.arch,
		       directories[i], tree.path, directories[i]);
	printf(" -include %s/include/linux/kconfig.h\n", tree.path);
	free(tree.path);
	return finish_output();
}

const struct command cmd_path = {
	.name = "path",
	.run = run_path,
	.arguments = "",
	.help = "Print the path of an unpacked tree, from the cache.",
	.options = TREE_OPTIONS_HELP,
};

const struct command cmd_run = {
	.name = "run",
	.run = run_run,
	.arguments = "[--] COMMAND...",
	.help = "Run a command that finds the headers: bpftrace, bcc's tools, make.",
	.options = TREE_OPTIONS_HELP,
};

const struct command cmd_env = {
	.name = "env",
	.run = run_env,
	.arguments = "",
	.help = "Print what \"run\" sets, for a shell to eval.",
	.options = TREE_OPTIONS_HELP,
};

const struct command cmd_cflags = {
	.name = "cflags",
	.run = run_cflags,
	.arguments = "",
	.help = "Print the compiler's options to compile with the headers.",
	.options = TREE_OPTIONS_HELP
	"      --target bpf     for BPF programs\n",
};
