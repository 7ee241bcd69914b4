// SPDX-License-Identifier: GPL-2.0-only
/* kheaders cat: members, without unpacking the others. */
#include <stdio.h>
#include <stdlib.h>

#include "cmd.h"

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "file", required_argument, NULL, 'f' },
		ARCHIVE_OPTIONS
	};
	const char *file = NULL;
	char *contents;
	size_t size;
	int c, status;

	while ((c = parse_option(&cmd_cat, argc, argv, "f:", options)) != -1)
		if (c == 'f')
			file = optarg;
	if (!argv[optind])
		usage_error(&cmd_cat, "which member?");

	status = open_archive(file);
	if (status)
		return status;
	for (; argv[optind]; optind++) {
		if (kheaders_read(kh, argv[optind], &contents, &size))
			return archive_failed();
		fwrite(contents, 1, size, stdout);
		free(contents);
	}
	return finish_output();
}

const struct command cmd_cat = {
	.name = "cat",
	.run = run,
	.arguments = "MEMBER...",
	.help = "Print members, such as include/linux/sched.h.",
	.options =
	"  -f, --file SOURCE    of this archive\n"
	ARCHIVE_OPTIONS_HELP,
};
