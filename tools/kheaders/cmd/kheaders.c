// SPDX-License-Identifier: GPL-2.0-only
/* kheaders: the headers that the running kernel carries, or those in a file. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

static const struct command *const commands[] = {
	&cmd_info, &cmd_check, &cmd_list, &cmd_cat, &cmd_extract, &cmd_path, &cmd_run, &cmd_env,
	&cmd_cflags, &cmd_cache,
};

#define COMMAND_COUNT	(sizeof(commands) / sizeof(commands[0]))

struct kheaders *kh;

void complain(const char *format, ...)
{
	va_list args;

	fflush(stdout);
	fputs("kheaders: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}

void usage_error(const struct command *command, const char *format, ...)
{
	va_list args;

	fputs("kheaders: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, " (try 'kheaders %s%s--help')\n", command ? command->name : "",
		command ? " " : "");
	exit(STATUS_USAGE);
}

static void print_help(void)
{
	size_t i;

	puts("usage: kheaders COMMAND [OPTION]... [ARGUMENT]...\n\n"
	     "Finds, checks and unpacks the headers that a kernel carries.\n");
	for (i = 0; i < COMMAND_COUNT; i++)
		printf("  %-8s %-24s %s\n", commands[i]->name, commands[i]->arguments,
		       commands[i]->help);
	puts("\nSOURCE is a file to use in place of the running kernel's archive.\n"
	     "'kheaders COMMAND --help' lists a command's options.\n\n"
	     "Exit status: 0 if all went well, 1 if something failed, 2 for wrong arguments,\n"
	     "3 if the running kernel provides no headers.");
}

static void print_command_help(const struct command *command)
{
	printf("usage: kheaders %s [OPTION]... %s\n\n%s\n\n", command->name,
	       command->arguments, command->help);
	if (command->options)
		fputs(command->options, stdout);
	puts("      --help           show this\n"
	     "      --version        show the version");
}

static _Noreturn void print_and_exit(void (*print)(void))
{
	print();
	exit(finish_output());
}

static void print_version(void)
{
	puts("kheaders " VERSION);
}

int parse_option(const struct command *command, int argc, char **argv,
		 const char *short_options, const struct option *long_options)
{
	int c = getopt_long(argc, argv, short_options, long_options, NULL);

	switch (c) {
	case 'H':
		print_command_help(command);
		exit(finish_output());
	case 'V':
		print_and_exit(print_version);
	case '?':
		usage_error(command, "unknown option, or one without its value: '%s'",
			    argv[optind - 1]);
	}
	return c;
}

enum status archive_failed(void)
{
	complain("%s", kheaders_error(kh));
	return STATUS_FAILED;
}

enum status open_archive(const char *file)
{
	int err = kheaders_open(kh, file);

	if (!err)
		return STATUS_OK;
	archive_failed();
	if (file || err != -ENOENT)
		return STATUS_FAILED;
	advise();
	return STATUS_ABSENT;
}

enum status open_source(const struct command *command, char **arguments)
{
	if (arguments[0] && arguments[1])
		usage_error(command, "one archive at a time");
	return open_archive(arguments[0]);
}

const char *release_of(const struct kheaders_info *info)
{
	return *info->release ? info->release : "an unknown kernel";
}

bool refuse_other_kernel(const struct kheaders_info *info)
{
	if (!info->is_running)
		complain("%s: has the headers of %s, which is not the kernel that runs "
			 "(--other-kernel allows it)", info->path, release_of(info));
	return !info->is_running;
}

enum status finish_output(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return STATUS_OK;
	complain("cannot write to standard output: %s", strerror(errno));
	return STATUS_FAILED;
}

static void cancel(int signal)
{
	(void)signal;
	kheaders_cancel(kh);
}

static void cancel_on_signals(void)
{
	const struct sigaction action = { .sa_handler = cancel, .sa_flags = SA_RESETHAND };

	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
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
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
		print_and_exit(print_help);
	if (!strcmp(argv[1], "--version"))
		print_and_exit(print_version);
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
