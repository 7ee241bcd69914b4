// SPDX-License-Identifier: GPL-2.0-only
/* kheaders cache: what has been unpacked, and the removal of what is not used any more. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"

#define SECONDS_PER_DAY	(24 * 60 * 60)

static int print_tree(const struct kheaders_tree *tree, void *data)
{
	time_t used = tree->used;
	struct tm tm;
	char date[32] = "";

	(void)data;
	if (localtime_r(&used, &tm))
		strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &tm);
	printf("%s  %s%s%s\n", date, tree->name, tree->is_used ? "  in use" : "",
	       tree->is_complete ? "" : "  incomplete");
	return 0;
}

struct prune {
	const char *cache;
	int64_t before;
};

static int prune_tree(const struct kheaders_tree *tree, void *data)
{
	const struct prune *prune = data;
	int err;

	if (tree->is_used || tree->used > prune->before)
		return 0;
	err = kheaders_remove_tree(kh, prune->cache, tree->name);
	if (!err)
		puts(tree->name);
	return err == -EBUSY || err == -ENOENT ? 0 : err;
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "days", required_argument, NULL, 'd' },
		{ "cache", required_argument, NULL, 'c' },
		COMMON_OPTIONS
	};
	struct prune prune = { 0 };
	unsigned long days = 30;
	const char *action;
	char *end;
	int c, err;

	while ((c = parse_option(&cmd_cache, argc, argv, "d:", options)) != -1) {
		switch (c) {
		case 'c':
			prune.cache = optarg;
			break;
		case 'd':
			errno = 0;
			days = strtoul(optarg, &end, 10);
			if (*optarg < '0' || *optarg > '9' || *end || errno || days > 36500)
				usage_error(&cmd_cache, "--days wants a number, not '%s'",
					    optarg);
			break;
		}
	}
	action = argv[optind];
	if (!action || argv[optind + 1])
		usage_error(&cmd_cache, "list or prune?");
	prune.before = time(NULL) - (int64_t)days * SECONDS_PER_DAY;
	if (!strcmp(action, "list"))
		err = kheaders_for_each_tree(kh, prune.cache, print_tree, NULL);
	else if (!strcmp(action, "prune"))
		err = kheaders_for_each_tree(kh, prune.cache, prune_tree, &prune);
	else
		usage_error(&cmd_cache, "'%s': list or prune?", action);
	return err ? archive_failed() : finish_output();
}

const struct command cmd_cache = {
	.name = "cache",
	.run = run,
	.arguments = "list|prune",
	.help = "List the trees in the cache, or remove those not used for long.",
	.options =
	"      --cache DIR      where they are kept (default: as for path)\n"
	"  -d, --days N         prune those not asked for in N days (default: 30)\n",
};
