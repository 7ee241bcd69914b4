// SPDX-License-Identifier: GPL-2.0-only
/* kheaders extract: to a new directory, all or nothing. */
#include <stdio.h>

#include "cmd.h"

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "directory", required_argument, NULL, 'C' },
		{ "other-kernel", no_argument, NULL, 'o' },
		ARCHIVE_OPTIONS
	};
	const char *directory = NULL;
	struct kheaders_info info;
	bool other = false;
	int c, status;

	while ((c = parse_option(&cmd_extract, argc, argv, "C:o", options)) != -1) {
		switch (c) {
		case 'C': directory = optarg; break;
		case 'o': other = true; break;
		}
	}
	if (!directory)
		usage_error(&cmd_extract, "where to? Say -C DIRECTORY");
	status = open_kernels(source_argument(&cmd_extract, argv + optind), other, &info);
	if (status)
		return status;
	if (kheaders_extract(kh, directory))
		return archive_failed();
	return STATUS_OK;
}

const struct command cmd_extract = {
	.name = "extract",
	.run = run,
	.arguments = "[SOURCE] -C DIRECTORY",
	.help = "Unpack to a new directory, all or nothing.",
	.options =
	"  -C, --directory DIR  does not exist yet, or is empty\n"
	"  -o, --other-kernel   another kernel's headers are as good\n"
	ARCHIVE_OPTIONS_HELP,
};
