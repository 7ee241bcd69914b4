/* SPDX-License-Identifier: GPL-2.0-only */
/* What the subcommands share. */
#ifndef KHEADERS_CMD_H
#define KHEADERS_CMD_H

#include <getopt.h>

#include "../libkheaders.h"

enum status {
	STATUS_OK = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_ABSENT = 3,	/* the running kernel provides no headers */
};

/* A subcommand: argv[0] is its name, and options come first. */
struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *arguments;
	const char *help;		/* one line */
	const char *options;		/* lines for its --help, or NULL */
};

extern const struct command cmd_build_tree, cmd_cache, cmd_cat, cmd_cflags, cmd_check, cmd_env,
	cmd_extract, cmd_info, cmd_list, cmd_mount, cmd_path, cmd_run;

/* The archive that commands work on. */
extern struct kheaders *kh;

/* Has signals that end a program cancel what is done with the archive. */
void cancel_on_signals(void);

/* What all commands take, and the end of their options. */
#define COMMON_OPTIONS							\
	{ "help", no_argument, NULL, 'H' },				\
	{ "version", no_argument, NULL, 'V' },				\
	{ 0 }

/* Likewise, of those that open an archive. */
#define ARCHIVE_OPTIONS							\
	{ "load", no_argument, NULL, 'L' },				\
	{ "limit", required_argument, NULL, 'M' },			\
	COMMON_OPTIONS
#define ARCHIVE_OPTIONS_HELP						\
	"      --load           load the module kheaders if it takes that\n"	\
	"      --limit WHAT=N   refuse an archive that exceeds this: memory, size, members,\n" \
	"                       name-length, name-depth; or threads to decode with\n"

/*
 * Parses options as getopt_long() does. It takes care of COMMON_OPTIONS and
 * ARCHIVE_OPTIONS by itself; --help and --version end the program. A wrong option ends it
 * with STATUS_USAGE. Returns -1 after the last.
 */
int parse_option(const struct command *command, int argc, char **argv,
		 const char *short_options, const struct option *long_options);

/* Says what is wrong with the arguments, and ends with STATUS_USAGE. */
_Noreturn void usage_error(const struct command *command, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Prints "kheaders: ..." to standard error. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Opens the archive: the file, or, if it is NULL, that of the running kernel. If that
 * fails it says why, and what to do; returns a status. */
enum status open_archive(const char *file);

/* A command's only argument, if there is one: the archive's file. */
const char *source_argument(const struct command *command, char **arguments);

/* The release of the archive's kernel, or words if it does not say. */
const char *release_of(const struct kheaders_info *info);

/* Opens and describes an archive; refuses another kernel's than the running one's, unless
 * that is as good. */
enum status open_kernels(const char *file, bool other, struct kheaders_info *info);

/* What the commands take that are about a tree in the cache. */
#define TREE_OPTIONS_SHORT	"f:o"
#define TREE_OPTIONS							\
	{ "file", required_argument, NULL, 'f' },			\
	{ "other-kernel", no_argument, NULL, 'o' },			\
	{ "cache", required_argument, NULL, 'c' }
#define TREE_OPTIONS_HELP						\
	"  -f, --file SOURCE    the headers in this archive\n"		\
	"  -o, --other-kernel   another kernel's are as good\n"		\
	"      --cache DIR      where trees are kept (default: /var/cache/kheaders\n" \
	"                       for root, ~/.cache/kheaders for others)\n"	\
	ARCHIVE_OPTIONS_HELP

struct tree {
	const char *file;	/* options */
	const char *cache;
	bool other;
	const char *target;	/* of cflags */
	char *path;		/* of the tree */
	int lock;		/* that is held while it is used */
	struct kheaders_info info;
};

/*
 * Parses the options of a command, which are TREE_OPTIONS and perhaps others that set flags.
 * With a "+" in front of short_options arguments may follow; else there are none.
 */
void parse_tree_options(const struct command *command, int argc, char **argv,
			const char *short_options, const struct option *long_options,
			struct tree *tree);

/* Unpacks the archive, if it has not been; sets path, lock and info. */
enum status open_tree(struct tree *tree);

/* Calls a function for each environment variable by which programs find the tree. */
void for_each_variable(const struct tree *tree,
		       void (*function)(const char *name, const char *value));

/* Has the tree what modules are built with? If not, that is to be said. */
#define MISSING_KIT							\
	"which is not enough to build modules: that takes a kernel with "	\
	"CONFIG_IKHEADERS_BUILD, or a kheaders.ko that was built with it"
bool can_build_modules(const struct tree *tree);

/* Says what went wrong with the archive, and returns STATUS_FAILED. */
enum status archive_failed(void);

/* The version of the kernel that runs, as uname -r prints it. */
const char *running_release(void);

void print_version(void);

/* Flushes standard output: STATUS_FAILED, and a complaint, if something was lost. */
enum status finish_output(void);

/* Says why the running kernel has no archive, as far as can be seen, and what helps. */
void advise(void);

#endif /* KHEADERS_CMD_H */
