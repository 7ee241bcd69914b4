// SPDX-License-Identifier: GPL-2.0-only
/* kheaders: the headers that the running kernel carries, or those in a file. */
#include <stdio.h>
#include <string.h>

#include "cmd.h"

static const struct command *const commands[] = {
	&cmd_info, &cmd_check, &cmd_list, &cmd_cat, &cmd_extract, &cmd_mount, &cmd_path,
	&cmd_build_tree, &cmd_run, &cmd_env, &cmd_cflags, &cmd_cache,
};

#define COMMAND_COUNT	(sizeof(commands) / sizeof(commands[0]))

static void print_help(void)
{
	size_t i;

	puts("usage: kheaders COMMAND [OPTION]... [ARGUMENT]...\n\n"
	     "Finds, checks and unpacks the headers that a kernel carries.\n");
	for (i = 0; i < COMMAND_COUNT; i++)
		printf("  %-10s %-23s %s\n", commands[i]->name, commands[i]->arguments,
		       commands[i]->help);
	puts("\nSOURCE is a file to use in place of the running kernel's archive.\n"
	     "'kheaders COMMAND --help' lists a command's options.\n\n"
	     "Exit status: 0 if all went well, 1 if something failed, 2 for wrong arguments,\n"
	     "3 if the running kernel provides no headers.");
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMAND_COUNT; i++)
		if (!strcmp(name, commands[i]->name))
			return commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command;
	int status;

	if (argc < 2)
		usage_error(NULL, "which command?");
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) {
		print_help();
		return finish_output();
	}
	if (!strcmp(argv[1], "--version")) {
		print_version();
		return finish_output();
	}
	command = find_command(argv[1]);
	if (!command)
		usage_error(NULL, "unknown command '%s'", argv[1]);
	if (kheaders_new(&kh)) {
		complain("out of memory");
		return STATUS_FAILED;
	}
	cancel_on_signals();
	opterr = 0;
	status = command->run(argc - 1, argv + 1);
	kheaders_free(kh);
	return status;
}
