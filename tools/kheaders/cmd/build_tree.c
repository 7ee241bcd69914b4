// SPDX-License-Identifier: GPL-2.0-only
/*
 * kheaders build-tree: a tree that modules can be built with, and the link to it by which
 * makefiles and dkms find it.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"

extern char **environ;

/* In a tree; GNUmakefile has make run it, too. */
#define PREPARE_HOST	".kheaders/prepare-host.sh"

/* The digits of a digest in the name of a tree in the cache: RELEASE-DIGITS. */
#define KEY_DIGITS	16

/*
 * Runs the tree's script, with standard output going to fd. Returns its exit status, or -1
 * after a complaint.
 */
static int run_script(const struct tree *tree, const char *argument, int fd)
{
	char script[PATH_MAX];
	char *argv[] = { "sh", script, (char *)argument, NULL };
	posix_spawn_file_actions_t actions;
	int err, status = -1;
	pid_t pid;

	snprintf(script, sizeof(script), "%s/" PREPARE_HOST, tree->path);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fd, STDOUT_FILENO);
	err = posix_spawnp(&pid, "sh", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (!err)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	if (err)
		complain("sh, which %s takes: %s", script, strerror(err));
	return !err && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Does every program that building a module takes run here? -1 if that cannot be said. */
static int is_prepared(const struct tree *tree)
{
	FILE *said = tmpfile();
	int status;
	long size;

	if (!said) {
		complain("cannot make a temporary file: %s", strerror(errno));
		return -1;
	}
	status = run_script(tree, "--check", fileno(said));
	size = fseek(said, 0, SEEK_END) ? -1 : ftell(said);
	fclose(said);
	return status || size < 0 ? -1 : !size;
}

/* Programs in an archive are for the kind of machine that the kernel was built on. */
static enum status prepare(const struct tree *tree)
{
	const char *cc = getenv("HOSTCC") ?: "cc";
	int fd, ret;

	ret = is_prepared(tree);
	if (ret)
		return ret > 0 ? STATUS_OK : STATUS_FAILED;
	fd = open(tree->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX)) {
		complain("%s: %s", tree->path, strerror(errno));
		ret = -1;
	} else {
		/* Somebody else may have done it meanwhile. */
		ret = is_prepared(tree);
		if (!ret)
			ret = run_script(tree, cc, STDERR_FILENO) ? -1 : 1;
	}
	if (fd >= 0)
		close(fd);
	return ret > 0 ? STATUS_OK : STATUS_FAILED;
}

static void link_name(char *name, size_t size, const char *release)
{
	snprintf(name, size, "/lib/modules/%s/build", release);
}

static bool is_same_directory(const char *a, const char *b)
{
	struct stat left, right;

	return !stat(a, &left) && !stat(b, &right) && left.st_dev == right.st_dev &&
	       left.st_ino == right.st_ino;
}

static enum status make_link(const struct tree *tree)
{
	char name[PATH_MAX], target[PATH_MAX];
	const char *release = tree->info.release;

	if (!*release || strchr(release, '/')) {
		complain("%s: its kernel release is empty, or has a slash in it",
			 tree->info.path);
		return STATUS_FAILED;
	}
	link_name(name, sizeof(name), release);
	if (!realpath(tree->path, target)) {
		complain("%s: %s", tree->path, strerror(errno));
		return STATUS_FAILED;
	}
	if (!symlink(target, name))
		return STATUS_OK;
	if (errno != EEXIST)
		complain("%s: %s", name, strerror(errno));
	else if (is_same_directory(name, target))
		return STATUS_OK;
	else if (!access(name, F_OK))
		complain("%s: exists already", name);
	else
		complain("%s: is a link to nothing; if it is not wanted any more, remove it",
			 name);
	return STATUS_FAILED;
}

/* Is it the name of a tree in a cache, of a kernel of that release? */
static bool is_tree_of(const char *path, const char *release)
{
	const char *name = strrchr(path, '/');
	size_t length = strlen(release);

	return name && !strncmp(name + 1, release, length) && name[1 + length] == '-' &&
	       strspn(name + length + 2, "0123456789abcdef") == KEY_DIGITS &&
	       !name[length + 2 + KEY_DIGITS];
}

/* Needs no archive: the module may have been unloaded since. */
static enum status remove_link(const char *release)
{
	char name[PATH_MAX], target[PATH_MAX];
	ssize_t length;

	link_name(name, sizeof(name), release);
	length = readlink(name, target, sizeof(target) - 1);
	if (length < 0 && errno == ENOENT)
		return STATUS_OK;
	target[length > 0 ? length : 0] = '\0';
	if (!is_tree_of(target, release)) {
		complain("%s: is not a link that --link made", name);
		return STATUS_FAILED;
	}
	if (unlink(name)) {
		complain("%s: %s", name, strerror(errno));
		return STATUS_FAILED;
	}
	return STATUS_OK;
}

static int run(int argc, char **argv)
{
	static int with_link, without_link;
	static const struct option options[] = {
		TREE_OPTIONS,
		{ "link", no_argument, &with_link, true },
		{ "unlink", no_argument, &without_link, true },
		ARCHIVE_OPTIONS
	};
	struct tree tree = { 0 };
	int status;

	parse_tree_options(&cmd_build_tree, argc, argv, TREE_OPTIONS_SHORT, options, &tree);
	if (with_link && without_link)
		usage_error(&cmd_build_tree, "--link or --unlink?");
	if (without_link)
		return remove_link(running_release());

	status = open_tree(&tree);
	if (!status && !can_build_modules(&tree)) {
		complain("%s has headers only, " MISSING_KIT, tree.info.path);
		status = STATUS_FAILED;
	}
	if (!status)
		status = prepare(&tree);
	if (!status && with_link)
		status = make_link(&tree);
	if (!status) {
		puts(tree.path);
		status = finish_output();
	}
	free(tree.path);
	return status;
}

const struct command cmd_build_tree = {
	.name = "build-tree",
	.run = run,
	.arguments = "[--link|--unlink]",
	.help = "Print the path of a tree that modules can be built with.",
	.options = TREE_OPTIONS_HELP
	"      --link           have /lib/modules/RELEASE/build lead there, if there is nothing\n"
	"      --unlink         remove what --link made for the running kernel\n",
};
