// SPDX-License-Identifier: GPL-2.0-only
/* kheaders list: the names of the members, in the archive's order. */
#include <stdio.h>

#include "cmd.h"

static int print_member(const struct kheaders_member *member, void *data)
{
	if (data)
		printf("%04o %10llu %s%s%s\n", member->mode,
		       (unsigned long long)member->size, member->name,
		       member->link ? " -> " : "", member->link ? member->link : "");
	else
		puts(member->name);
	return 0;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "long", no_argument, NULL, 'l' },
		ARCHIVE_OPTIONS
	};
	bool is_long = false;
	int c, status;

	while ((c = parse_option(&cmd_list, argc, argv, "l", options)) != -1)
		is_long = is_long || c == 'l';
	status = open_archive(source_argument(&cmd_list, argv + optind));
	if (status)
		return status;
	kheaders_set_progress(kh, NULL, NULL);	/* the list itself shows it */
	if (kheaders_for_each(kh, print_member, is_long ? &is_long : NULL))
		return archive_failed();
	return finish_output();
}

const struct command cmd_list = {
	.name = "list",
	.run = run,
	.arguments = "[SOURCE]",
	.help = "List what is in the archive.",
	.options =
	"  -l, --long           with permissions and size\n"
	ARCHIVE_OPTIONS_HELP,
};
