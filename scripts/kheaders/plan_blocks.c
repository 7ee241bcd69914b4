// SPDX-License-Identifier: GPL-2.0-only
/*
 * plan_blocks - say which files go into which block of the archive
 *
 *	plan_blocks WORK TREE LIST [TREE LIST]...
 *
 * LIST names a file of NUL-terminated paths relative to TREE. Where two trees have
 * the same path, the later tree's file counts. For each block that is not empty, two
 * files are left in WORK:
 *
 *   NAME.files   what pack_block takes, in the archive's order
 *   NAME.stamp   what stat(2) says of each file: same stamp, same contents; it is
 *                written only if it changes
 *
 * and of all blocks, in the archive's order, a line each
 *
 *   blocks       their names
 *   layout       block=PATTERN..., for the manifest: a member is in the first block
 *                with a pattern that fits
 */
#include <fnmatch.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host.h"

const char program[] = "plan_blocks";

/*
 * Blocks are compressed each on its own: more of them make the archive larger, larger
 * ones take longer to make again. What reads alike compresses well together, so that
 * files are divided by subject and not simply by size. The first pattern that fits a
 * path counts; '*' stands for slashes, too.
 */
static const struct {
	const char *block;
	const char *pattern;
} layout[] = {
	{ "symvers",	"Module.symvers" },
	{ "kit",	"[.A-Z]*" },
	{ "kit",	"arch/*/Makefile*" },
	{ "kit",	"include/config/*" },
	{ "kit",	"scripts/*" },
	{ "kit",	"tools/*" },
	{ "clocks",	"include/dt-bindings/clock/*" },
	{ "bindings",	"include/dt-bindings/*" },
	{ "mfd",	"include/linux/mfd/*" },
	{ "uapi",	"include/uapi/linux/*" },
	{ "trace",	"include/uapi/*" },
	{ "trace",	"include/trace/*" },
	{ "adapters",	"include/rdma/*" },
	{ "adapters",	"include/scsi/*" },
	{ "adapters",	"include/linux/bn[gx]*/*" },
	{ "adapters",	"include/linux/mlx*/*" },
	{ "adapters",	"include/linux/qed/*" },
	{ "net",	"include/net/*" },
	{ "net",	"include/linux/ceph/*" },
	{ "net",	"include/linux/netfilter*/*" },
	{ "net",	"include/linux/sunrpc/*" },
	{ "media",	"include/drm/*" },
	{ "media",	"include/media/*" },
	{ "media",	"include/soc/*" },
	{ "media",	"include/sound/*" },
	{ "media",	"include/video/*" },
	{ "subsystems",	"include/linux/*/*" },
	{ "linux-a-h",	"include/linux/[a-h]*" },
	{ "linux-i-o",	"include/linux/[i-o]*" },
	{ "linux-p-z",	"include/linux/*" },
	{ "arch",	"*" },
};

struct file {
	char *member;		/* path in the archive */
	char *source;		/* path to read it from */
	struct stat st;
	size_t tree;
	size_t place;		/* index into layout */
};

struct files {
	struct file *array;
	size_t count;
	size_t capacity;
};

static size_t find_place(const char *member)
{
	size_t i = 0;

	while (fnmatch(layout[i].pattern, member, 0))
		i++;
	return i;
}

static void add_file(struct files *all, const char *tree_path, size_t tree,
		     const char *member)
{
	struct file *file;

	if (all->count == all->capacity) {
		all->capacity = all->capacity ? 2 * all->capacity : 8192;
		all->array = check_alloc(realloc(all->array, all->capacity *
						 sizeof(*all->array)));
	}
	file = &all->array[all->count++];
	file->member = check_alloc(strdup(member));
	file->source = join(tree_path, '/', member);
	file->tree = tree;
	file->place = find_place(member);
	if (stat(file->source, &file->st))
		die(file->source, strerror(errno));
	if (!S_ISREG(file->st.st_mode))
		die(file->source, "not a regular file");
}

static void read_list(struct files *all, const char *tree_path, size_t tree,
		      const char *list)
{
	FILE *f = open_file(list, "r");
	char *member = NULL;
	size_t size = 0;

	while (getdelim(&member, &size, '\0', f) > 0)
		add_file(all, tree_path, tree, member);
	if (ferror(f))
		die(list, strerror(errno));
	free(member);
	fclose(f);
}

/* The archive's order; of two files for one path, the later tree's first. */
static int compare_files(const void *pa, const void *pb)
{
	const struct file *a = pa, *b = pb;
	int order;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	order = strcmp(a->member, b->member);
	if (order)
		return order;
	return a->tree > b->tree ? -1 : a->tree < b->tree;
}

static void drop_duplicates(struct files *all)
{
	size_t i, kept = 0;

	for (i = 0; i < all->count; i++)
		if (!kept || strcmp(all->array[kept - 1].member, all->array[i].member))
			all->array[kept++] = all->array[i];
	all->count = kept;
}

static bool same_block(size_t a, size_t b)
{
	return !strcmp(layout[a].block, layout[b].block);
}

static bool same_contents(const char *path_a, const char *path_b)
{
	FILE *a = fopen(path_a, "r"), *b = fopen(path_b, "r");
	bool same = a && b;
	int c = 0;

	while (same && c != EOF) {
		c = getc_unlocked(a);
		same = c == getc_unlocked(b);
	}
	if (a)
		fclose(a);
	if (b)
		fclose(b);
	return same;
}

/* Starts a file of which an equal one stays as old as it is: see finish(). */
static FILE *start(const char *path)
{
	char *new_path = join(path, '.', "new");
	FILE *f = open_file(new_path, "w");

	free(new_path);
	return f;
}

static void finish(FILE *f, const char *path)
{
	char *new_path = join(path, '.', "new");

	close_file(f, new_path);
	if (same_contents(new_path, path))
		unlink(new_path);
	else if (rename(new_path, path))
		die(path, strerror(errno));
	free(new_path);
}

static void write_list(const char *block, const struct file *file, size_t count)
{
	char *path = join(block, '.', "files");
	FILE *f = start(path);

	for (; count; count--, file++)
		fprintf(f, "%s%c%s%c", file->source, '\0', file->member, '\0');
	finish(f, path);
	free(path);
}

/* The change time shows an edit that kept the size and set the time back. */
static void write_stamp(const char *block, const struct file *file, size_t count)
{
	char *path = join(block, '.', "stamp");
	FILE *f = start(path);

	for (; count; count--, file++)
		fprintf(f, "%s%c%ju %jd %jd.%09ld %jd.%09ld\n", file->source, '\0',
			(uintmax_t)file->st.st_ino, (intmax_t)file->st.st_size,
			(intmax_t)file->st.st_mtim.tv_sec, file->st.st_mtim.tv_nsec,
			(intmax_t)file->st.st_ctim.tv_sec, file->st.st_ctim.tv_nsec);
	finish(f, path);
	free(path);
}

static void write_patterns(FILE *f, const char *block)
{
	const char *before = "block=";
	size_t i;

	for (i = 0; i < ARRAY_SIZE(layout); i++) {
		if (strcmp(layout[i].block, block))
			continue;
		fprintf(f, "%s%s", before, layout[i].pattern);
		before = " ";
	}
	fputc('\n', f);
}

static void write_blocks(const struct files *all)
{
	FILE *names = start("blocks"), *patterns = start("layout");
	size_t first, next;

	for (first = 0; first < all->count; first = next) {
		const struct file *file = &all->array[first];
		const char *block = layout[file->place].block;

		for (next = first; next < all->count; next++)
			if (!same_block(file->place, all->array[next].place))
				break;
		write_list(block, file, next - first);
		write_stamp(block, file, next - first);
		fprintf(names, "%s\n", block);
		write_patterns(patterns, block);
	}
	finish(names, "blocks");
	finish(patterns, "layout");
}

int main(int argc, char **argv)
{
	struct files all = { 0 };
	int i;

	if (argc < 4 || argc % 2) {
		fprintf(stderr, "usage: plan_blocks WORK TREE LIST [TREE LIST]...\n");
		return 2;
	}
	for (i = 2; i < argc; i += 2)
		read_list(&all, argv[i], i, argv[i + 1]);
	if (!all.count)
		die(argv[2], "no headers there");
	if (chdir(argv[1]))
		die(argv[1], strerror(errno));
	qsort(all.array, all.count, sizeof(*all.array), compare_files);
	drop_duplicates(&all);
	write_blocks(&all);
	return 0;
}
