// SPDX-License-Identifier: GPL-2.0-only
/* What the subcommands share: messages, options, and the archive that they work on. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"

/* Progress is shown for what takes longer than that, and not more often. */
#define PROGRESS_MS	500

struct kheaders *kh;

static bool may_load;
static struct kheaders_limits limits;

static struct {
	int64_t since;		/* when it was last shown, in milliseconds */
	bool is_shown;
} progress;

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * INT64_C(1000) + ts.tv_nsec / 1000000;
}

static void show_progress(uint64_t done, uint64_t total, void *data)
{
	(void)data;
	if (now_ms() - progress.since < PROGRESS_MS)
		return;
	progress.since = now_ms();
	progress.is_shown = true;
	fprintf(stderr, "\rkheaders: %3u %%", (unsigned int)(100.0 * done / total));
}

static void end_progress(void)
{
	if (progress.is_shown)
		fputs("\r               \r", stderr);
	progress.is_shown = false;
}

void complain(const char *format, ...)
{
	va_list args;

	end_progress();
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

void print_version(void)
{
	puts("kheaders " VERSION);
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

/* One of the archive's limits. */
static void set_limit(const struct command *command, const char *argument)
{
	static const char *const names[] = {
		"memory", "size", "members", "name-length", "name-depth", "threads",
	};
	const char *value = strchrnul(argument, '=');
	size_t length = value - argument, i;
	unsigned long long n = 0;
	char *end = NULL;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == length && !strncmp(argument, names[i], length))
			break;
	errno = 0;
	if (*value && value[1] >= '0' && value[1] <= '9')
		n = strtoull(value + 1, &end, 10);
	if (end && *end == 'M' && !end[1] && n < UINT64_MAX >> 20) {
		n <<= 20;
		end++;
	}
	if (!n || *end || errno || (i > 2 && n > UINT_MAX))
		usage_error(command, "--limit wants WHAT=NUMBER, not '%s'", argument);
	switch (i) {
	case 0: limits.decoder_memory = n; break;
	case 1: limits.total_size = n; break;
	case 2: limits.members = n; break;
	case 3: limits.name_length = n; break;
	case 4: limits.name_depth = n; break;
	case 5: limits.threads = n; break;
	default: usage_error(command, "--limit: there is none of '%s'", argument);
	}
}

int parse_option(const struct command *command, int argc, char **argv,
		 const char *short_options, const struct option *long_options)
{
	int c = getopt_long(argc, argv, short_options, long_options, NULL);

	switch (c) {
	case 'L':
		may_load = true;
		break;
	case 'M':
		set_limit(command, optarg);
		break;
	case 'H':
		print_command_help(command);
		exit(finish_output());
	case 'V':
		print_version();
		exit(finish_output());
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
	int err;

	kheaders_set_limits(kh, &limits);
	progress.since = now_ms();
	if (isatty(STDERR_FILENO))
		kheaders_set_progress(kh, show_progress, NULL);
	err = kheaders_open(kh, file);
	if (err == -ENOENT && !file && may_load) {
		if (kheaders_load(kh))
			return archive_failed();
		err = kheaders_open(kh, NULL);
	}
	if (!err)
		return STATUS_OK;
	archive_failed();
	if (file || err != -ENOENT)
		return STATUS_FAILED;
	advise();
	return STATUS_ABSENT;
}

const char *source_argument(const struct command *command, char **arguments)
{
	if (arguments[0] && arguments[1])
		usage_error(command, "one archive at a time");
	return arguments[0];
}

const char *release_of(const struct kheaders_info *info)
{
	return *info->release ? info->release : "an unknown kernel";
}

const char *running_release(void)
{
	static struct utsname uts;

	return uname(&uts) ? "" : uts.release;
}

enum status open_kernels(const char *file, bool other, struct kheaders_info *info)
{
	int status = open_archive(file);

	if (status)
		return status;
	if (kheaders_get_info(kh, info))
		return archive_failed();
	if (other || info->is_running)
		return STATUS_OK;
	complain("%s: has the headers of %s, which is not the kernel that runs "
		 "(--other-kernel allows it)", info->path, release_of(info));
	return STATUS_FAILED;
}

enum status finish_output(void)
{
	end_progress();
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

void cancel_on_signals(void)
{
	const struct sigaction action = { .sa_handler = cancel, .sa_flags = SA_RESETHAND };

	sigaction(SIGHUP, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}
