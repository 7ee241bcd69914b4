// SPDX-License-Identifier: GPL-2.0-only
/*
 * plan_blocks - say which headers go into which block of the archive
 *
 *   plan_blocks WORK TREE LIST [TREE LIST]...
 *
 * LIST names a file of NUL-terminated paths relative to TREE. Where two trees
 * have the same path, the later tree's file counts. For each block that is not
 * empty, two files are left in WORK:
 *
 *   NAME.files   pairs of NUL-terminated strings: file to read, path in the
 *                archive, in the archive's order
 *   NAME.stamp   what stat(2) says of each file: same stamp, same contents
 *
 * and "blocks", with the names of the blocks, one a line. Where a block's
 * stamp is not what it was, NAME.tar.xz is removed first: a block is up to
 * date exactly if its .tar.xz is there.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Blocks are compressed each on its own: more of them make the archive larger,
 * larger ones take longer to make again. What reads alike compresses well
 * together, so that headers are divided by subject and not simply by size. The
 * first pattern that fits a path counts; '*' stands for slashes, too.
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
	{ "bindings",	"include/dt-bindings/*" },
	{ "bindings",	"include/linux/mfd/*" },
	{ "uapi",	"include/uapi/*" },
	{ "uapi",	"include/trace/*" },
	{ "net",	"include/net/*" },
	{ "net",	"include/rdma/*" },
	{ "net",	"include/scsi/*" },
	{ "net",	"include/linux/bn[gx]*/*" },
	{ "net",	"include/linux/ceph/*" },
	{ "net",	"include/linux/mlx*/*" },
	{ "net",	"include/linux/netfilter*/*" },
	{ "net",	"include/linux/qed/*" },
	{ "net",	"include/linux/sunrpc/*" },
	{ "devices",	"include/drm/*" },
	{ "devices",	"include/linux/*/*" },
	{ "devices",	"include/media/*" },
	{ "devices",	"include/soc/*" },
	{ "devices",	"include/sound/*" },
	{ "devices",	"include/video/*" },
	{ "core",	"include/linux/[e-z]*" },
	{ "arch",	"*" },
};

struct header {
	char *member;
	char *source;
	struct stat st;
	size_t tree;
	size_t place;		/* index into layout */
};

struct headers {
	struct header *array;
	size_t count;
	size_t capacity;
};

static void die(const char *path, const char *what)
{
	fprintf(stderr, "plan_blocks: %s: %s\n", path, what);
	exit(1);
}

static void *check_alloc(void *p)
{
	if (!p)
		die("memory", strerror(ENOMEM));
	return p;
}

static FILE *open_file(const char *path, const char *mode)
{
	FILE *f = fopen(path, mode);

	if (!f)
		die(path, strerror(errno));
	return f;
}

static char *join(const char *dir, char separator, const char *name)
{
	size_t size = strlen(dir) + 1 + strlen(name) + 1;
	char *path = check_alloc(malloc(size));

	snprintf(path, size, "%s%c%s", dir, separator, name);
	return path;
}

static size_t find_place(const char *member)
{
	size_t i = 0;

	while (fnmatch(layout[i].pattern, member, 0))
		i++;
	return i;
}

static void add_header(struct headers *all, const char *tree_path, size_t tree,
		       const char *member)
{
	struct header *h;

	if (all->count == all->capacity) {
		all->capacity = all->capacity ? 2 * all->capacity : 8192;
		all->array = check_alloc(realloc(all->array, all->capacity *
						 sizeof(*all->array)));
	}
	h = &all->array[all->count++];
	h->member = check_alloc(strdup(member));
	h->source = join(tree_path, '/', member);
	h->tree = tree;
	h->place = find_place(member);
	if (stat(h->source, &h->st))
		die(h->source, strerror(errno));
	if (!S_ISREG(h->st.st_mode))
		die(h->source, "not a regular file");
}

static void read_list(struct headers *all, const char *tree_path, size_t tree,
		      const char *list)
{
	FILE *f = open_file(list, "r");
	char *member = NULL;
	size_t size = 0;

	while (getdelim(&member, &size, '\0', f) > 0)
		add_header(all, tree_path, tree, member);
	if (ferror(f))
		die(list, strerror(errno));
	free(member);
	fclose(f);
}

/* The archive's order; of two files for one path, the later tree's first. */
static int compare_headers(const void *pa, const void *pb)
{
	const struct header *a = pa, *b = pb;
	int order;

	if (a->place != b->place)
		return a->place < b->place ? -1 : 1;
	order = strcmp(a->member, b->member);
	if (order)
		return order;
	return a->tree > b->tree ? -1 : a->tree < b->tree;
}

static void drop_duplicates(struct headers *all)
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

static void close_new(FILE *f, const char *path)
{
	bool failed = ferror(f);

	if (fclose(f) || failed)
		die(path, "cannot write (is the disk full?)");
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

static void write_files(const char *path, const struct header *h, size_t count)
{
	FILE *f = open_file(path, "w");

	for (; count; count--, h++)
		fprintf(f, "%s%c%s%c", h->source, '\0', h->member, '\0');
	close_new(f, path);
}

/* The change time shows an edit that kept the size and set the time back. */
static void write_stamp(const char *path, const struct header *h, size_t count)
{
	FILE *f = open_file(path, "w");

	for (; count; count--, h++)
		fprintf(f, "%s%c%ju:%ju %jd %jd.%09ld %jd.%09ld\n", h->source, '\0',
			(uintmax_t)h->st.st_dev, (uintmax_t)h->st.st_ino,
			(intmax_t)h->st.st_size,
			(intmax_t)h->st.st_mtim.tv_sec, h->st.st_mtim.tv_nsec,
			(intmax_t)h->st.st_ctim.tv_sec, h->st.st_ctim.tv_nsec);
	close_new(f, path);
}

static void write_block(const char *name, const struct header *h, size_t count)
{
	char *files = join(name, '.', "files");
	char *stamp = join(name, '.', "stamp");
	char *new_stamp = join(name, '.', "stamp.new");
	char *archive = join(name, '.', "tar.xz");

	write_stamp(new_stamp, h, count);
	if (same_contents(new_stamp, stamp)) {
		unlink(new_stamp);
	} else {
		if (unlink(archive) && errno != ENOENT)
			die(archive, strerror(errno));
		write_files(files, h, count);
		if (rename(new_stamp, stamp))
			die(stamp, strerror(errno));
	}
	free(files);
	free(stamp);
	free(new_stamp);
	free(archive);
}

static void write_blocks(const struct headers *all)
{
	FILE *names = open_file("blocks", "w");
	size_t first, next;

	for (first = 0; first < all->count; first = next) {
		const struct header *h = &all->array[first];
		const char *name = layout[h->place].block;

		for (next = first; next < all->count; next++)
			if (!same_block(h->place, all->array[next].place))
				break;
		write_block(name, h, next - first);
		fprintf(names, "%s\n", name);
	}
	close_new(names, "blocks");
}

int main(int argc, char **argv)
{
	struct headers all = { 0 };
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
	qsort(all.array, all.count, sizeof(*all.array), compare_headers);
	drop_duplicates(&all);
	write_blocks(&all);
	return 0;
}
