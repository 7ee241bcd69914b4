// SPDX-License-Identifier: GPL-2.0-only
/* kheaders info: what an archive is, for people or as JSON. */
#include <stdio.h>

#include "cmd.h"

static void print_for_people(const struct kheaders_info *info)
{
	printf("archive:   %s\n", info->path);
	printf("kernel:    %s, %s%s\n", release_of(info), info->arch,
	       info->is_running ? " (running)" : " (not the one that runs)");
	printf("profile:   %s\n", info->profile);
	if (*info->compiler)
		printf("compiler:  %s\n", info->compiler);
	printf("size:      %llu bytes, %llu unpacked\n", (unsigned long long)info->size,
	       (unsigned long long)info->unpacked_size);
	printf("blocks:    %llu\n", (unsigned long long)info->blocks);
	if (*info->digest)
		printf("digest:    %s\n", info->digest);
	if (!info->has_manifest)
		puts("manifest:  none: the above is from the headers");
}

static void print_string(const char *key, const char *value)
{
	const unsigned char *p;

	printf("  \"%s\": \"", key);
	for (p = (const unsigned char *)value; *p; p++) {
		if (*p == '"' || *p == '\\')
			printf("\\%c", *p);
		else if (*p < ' ' || *p >= 0x7f)
			printf("\\u%04x", *p);
		else
			putchar(*p);
	}
	puts("\",");
}

static void print_json(const struct kheaders_info *info)
{
	puts("{");
	print_string("path", info->path);
	print_string("release", info->release);
	print_string("arch", info->arch);
	print_string("profile", info->profile);
	print_string("compiler", info->compiler);
	print_string("digest", info->digest);
	printf("  \"manifest\": %s,\n", info->has_manifest ? "true" : "false");
	printf("  \"running\": %s,\n", info->is_running ? "true" : "false");
	printf("  \"size\": %llu,\n", (unsigned long long)info->size);
	printf("  \"unpacked_size\": %llu,\n", (unsigned long long)info->unpacked_size);
	printf("  \"blocks\": %llu\n}\n", (unsigned long long)info->blocks);
}

static int run(int argc, char **argv)
{
	static const struct option options[] = {
		{ "json", no_argument, NULL, 'j' },
		ARCHIVE_OPTIONS
	};
	struct kheaders_info info;
	bool json = false;
	int c, status;

	while ((c = parse_option(&cmd_info, argc, argv, "j", options)) != -1)
		json = json || c == 'j';
	status = open_archive(source_argument(&cmd_info, argv + optind));
	if (status)
		return status;
	if (kheaders_get_info(kh, &info))
		return archive_failed();
	if (json)
		print_json(&info);
	else
		print_for_people(&info);
	return finish_output();
}

const struct command cmd_info = {
	.name = "info",
	.run = run,
	.arguments = "[SOURCE]",
	.help = "Describe the archive, or say why there is none.",
	.options =
	"  -j, --json           for programs\n"
	ARCHIVE_OPTIONS_HELP,
};
