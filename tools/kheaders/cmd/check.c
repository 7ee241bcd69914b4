// SPDX-License-Identifier: GPL-2.0-only
/* kheaders check: for scripts. One line, and a status. */
#include <stdio.h>

#include "cmd.h"

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "quiet", no_argument, NULL, 'q' },
		{ "other-kernel", no_argument, NULL, 'o' },
		ARCHIVE_OPTIONS
	};
	bool quiet = false, other = false;
	struct kheaders_info info;
	int c, status;

	while ((c = parse_option(&cmd_check, argc, argv, "qo", options)) != -1) {
		switch (c) {
		case 'q': quiet = true; break;
		case 'o': other = true; break;
		}
	}
	status = open_kernels(source_argument(&cmd_check, argv + optind), other, &info);
	if (status)
		return status;
	if (kheaders_verify(kh))
		return archive_failed();
	if (!quiet)
		printf("%s: intact, headers of %s, profile %s\n", info.path,
		       release_of(&info), info.profile);
	return finish_output();
}

const struct command cmd_check = {
	.name = "check",
	.run = run,
	.arguments = "[SOURCE]",
	.help = "Check that there are headers, intact, and the running kernel's.",
	.options =
	"  -o, --other-kernel   another kernel's are as good\n"
	"  -q, --quiet          print nothing if all is well\n"
	ARCHIVE_OPTIONS_HELP,
};
