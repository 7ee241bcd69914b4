// SPDX-License-Identifier: GPL-2.0-only
/*
 * soak ARCHIVE MODULE SECONDS: for so long loads and unloads the module while others read
 * its files, map them and unpack them, and while memory is short. Allocations fail by
 * /proc/self/fail-nth, the nth one of one system call, so that it is known which calls may
 * fail. All else that is seen has to be the archive, byte for byte.
 *
 * Each figure is printed as "# soak: NAME=VALUE", and none may be 0.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "ktap.h"

#define OUTPUT		"/tmp/soak"
#define EXTRACT		"exec /own/kheaders extract -C " OUTPUT "/tree >/dev/null 2>&1"
#define FAILING		"echo 1 >/proc/self/make-it-fail && "
#define DEBUG		"/sys/kernel/debug/"

#define NTH_MAX		1000000		/* no call allocates that often */
#define KEEP_FREE	(48 * 1024)	/* kB; with less, processes might be killed */
#define PATIENCE	600		/* s more, until all has happened once */

enum figure {
	LOADS, LOAD_FAULTS, UNLOADS, READ_BYTES, READS_CUT, READ_FAULTS, MAPPINGS,
	MAPPED_BYTES, MAPPINGS_CUT, MAP_FAULTS, EXTRACTED, EXTRACTIONS_CUT,
	EXTRACTION_FAULTS, SLAB_FAULTS, PAGE_FAULTS, PAGES_RECLAIMED, FIGURES
};

static const char *const names[FIGURES] = {
	"loads", "load_faults", "unloads", "read_bytes", "reads_cut", "read_faults",
	"mappings", "mapped_bytes", "mappings_cut", "map_faults", "extracted",
	"extractions_cut", "extraction_faults", "slab_faults", "page_faults",
	"pages_reclaimed",
};

static const char *const paths[] = {
	"/sys/kernel/kheaders.tar.xz", "/proc/kheaders.tar.xz",
};

static struct shared {
	atomic_ullong figure[FIGURES];
	atomic_bool stop, wrong;
	atomic_bool mapping;		/* a lock: somebody maps or unmaps */
	atomic_bool hold, held;		/* the module is to stay loaded, and does */
} *shared;

static const char *module;
static unsigned char *data;
static size_t size, page;
static int nth_fd;
static volatile sig_atomic_t armed;
static sigjmp_buf on_sigbus;

static void add(enum figure figure, unsigned long long n)
{
	atomic_fetch_add(&shared->figure[figure], n);
}

__printf(1, 2)
static void wrong(const char *format, ...)
{
	char text[200];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ktap_msg("%s", text);
	shared->wrong = true;
	shared->stop = true;
}

static void nap(unsigned int ms)
{
	nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

/* The nth allocation of the next system call fails, if there are so many. */
static void fail_nth(unsigned int nth)
{
	char text[16];

	if (pwrite(nth_fd, text, sprintf(text, "%u", nth), 0) < 0)
		wrong("fail-nth: %s", strerror(errno));
}

/* How many allocations were missing for that: 0 if one has failed. */
static unsigned int fail_left(void)
{
	char text[16] = "";
	int err = errno;

	if (pread(nth_fd, text, sizeof(text) - 1, 0) <= 0)
		wrong("fail-nth: %s", strerror(errno));
	fail_nth(0);
	errno = err;
	return strtoul(text, NULL, 10);
}

/* Whether a call may have said so: because an allocation failed, which is counted. */
static bool may_fail(unsigned int nth, enum figure figure)
{
	if (!nth || fail_left())
		return false;
	add(figure, 1);
	return errno == ENOMEM;
}

static void expect_files(bool there, const char *when)
{
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (there != !access(paths[i], F_OK))
			wrong("after %s there is %s %s", when, there ? "no" : "still",
			      paths[i]);
}

/* Tries it once; sets *LEFT if the nth allocation was to fail. */
static bool load(unsigned int nth, unsigned int *left)
{
	int fd = open(module, O_RDONLY | O_CLOEXEC);
	long err;

	fail_nth(nth);
	err = syscall(SYS_finit_module, fd, "", 0);
	if (nth)
		*left = fail_left();
	close(fd);
	if (nth && !*left)
		add(LOAD_FAULTS, 1);
	if (!err)
		add(LOADS, 1);
	else if (!nth || *left || errno != ENOMEM)
		wrong("load with a fault at %u: %s", nth, strerror(errno));
	expect_files(!err, err ? "a load that failed" : "a load");
	return !err;
}

static void unload(void)
{
	if (syscall(SYS_delete_module, "kheaders", O_NONBLOCK))
		wrong("unload: %s", strerror(errno));
	add(UNLOADS, 1);
	expect_files(false, "unloading");
}

/* Allocations fail from the last one to the first: the module's own are among the last. */
static void work_loader(void)
{
	unsigned int all, left, nth;
	bool loaded = load(NTH_MAX, &left);

	nth = all = NTH_MAX - left;
	ktap_msg("soak: allocations_of_a_load=%u", all);
	while (!shared->stop) {
		nap(rand() % (rand() % 8 ? 300 : 3000));
		while (shared->hold && !shared->stop) {
			shared->held = true;
			nap(10);
		}
		if (loaded)
			unload();
		loaded = load(nth, &left);
		nth = nth > 1 ? nth - 1 : all;
		if (!loaded)
			loaded = load(0, NULL);
	}
	if (loaded)
		unload();
}

/* Opens one of the files; -1 if it is not there now. */
static int open_file(const char *path, unsigned int nth, enum figure figure)
{
	int fd;

	fail_nth(nth);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (!may_fail(nth, figure) && fd < 0 && errno != ENOENT && errno != ENODEV)
		wrong("%s: %s", path, strerror(errno));
	return fd;
}

/* From the beginning or from anywhere, in steps of any length. */
static void read_file(const char *path, int gone)
{
	static unsigned char buf[8192];
	size_t len = 1 + rand() % sizeof(buf), at = rand() % 2 ? 0 : rand() % size;
	int fd = open_file(path, rand() % 4 ? 0 : 1 + rand() % 8, READ_FAULTS);
	ssize_t n = fd < 0 ? 0 : 1;

	while (n && !shared->stop) {
		unsigned int nth = rand() % 64 == 0;

		memset(buf, 0, sizeof(buf));
		fail_nth(nth);
		n = pread(fd, buf, len, at);
		if (may_fail(nth, READ_FAULTS) && n < 0)
			continue;
		if (n < 0)
			break;
		if (at + n > size || memcmp(buf, data + at, n) || (!n && at != size))
			wrong("%s: wrong at %zu, %zd bytes", path, at, n);
		at += n;
		add(READ_BYTES, n);
	}
	if (n < 0 && errno != gone)
		wrong("%s: read: %s", path, strerror(errno));
	add(READS_CUT, n < 0);
	close(fd);
}

static void work_reader(void)
{
	while (!shared->stop) {
		read_file(paths[0], ENODEV);
		read_file(paths[1], EIO);
	}
}

static void sigbus(int sig)
{
	if (armed)
		siglongjmp(on_sigbus, 1);
	signal(sig, SIG_DFL);
	raise(sig);
}

/* Two processes that map and unmap at once make kernfs miscount: see kheaders_unload.c. */
static void lock_mapping(void)
{
	while (atomic_exchange(&shared->mapping, true))
		nap(1);
}

static unsigned char *map(size_t at, size_t len)
{
	unsigned int nth = rand() % 4 ? 0 : 1 + rand() % 16;
	int flags = rand() % 2 ? MAP_SHARED : MAP_PRIVATE, fd;
	unsigned char *p = MAP_FAILED;

	lock_mapping();
	fd = open_file(paths[0], 0, MAP_FAULTS);
	if (fd >= 0) {
		fail_nth(nth);
		p = mmap(NULL, len, PROT_READ, flags, fd, at);
		if (!may_fail(nth, MAP_FAULTS) && p == MAP_FAILED && errno != ENODEV)
			wrong("mmap: %s", strerror(errno));
		close(fd);
	}
	shared->mapping = false;
	return p;
}

/* Some of the pages, again and again: they are dropped, and have to be found again. */
static void work_mapper(void)
{
	signal(SIGBUS, sigbus);
	while (!shared->stop) {
		size_t at = rand() % (size / page) * page, len = 1 + rand() % (size - at);
		unsigned char *p = map(at, len);

		if (p == MAP_FAILED) {
			nap(1);
			continue;
		}
		add(MAPPINGS, 1);
		if (sigsetjmp(on_sigbus, 1)) {
			add(MAPPINGS_CUT, 1);
		} else {
			armed = 1;
			for (int times = rand() % 4; times >= 0; times--) {
				if (memcmp(p, data + at, len))
					wrong("mapping: wrong after %zu", at);
				add(MAPPED_BYTES, len);
				madvise(p, len, MADV_DONTNEED);
			}
		}
		armed = 0;
		lock_mapping();
		munmap(p, len);
		shared->mapping = false;
	}
}

/*
 * The module is held for one in four, and allocations fail in every other four. All is
 * there then, or nothing; where allocations fail, removing may do so, too, but never is a
 * part of it called "tree".
 */
static void work_extractor(void)
{
	for (unsigned int round = 0; !shared->stop; round++) {
		bool hold = round % 4 == 0, failing = round % 8 >= 4;
		int status;

		shared->held = false;
		shared->hold = hold;
		while (!shared->stop && (hold ? !shared->held : access(paths[0], F_OK)))
			nap(1);
		mkdir(OUTPUT, 0755);
		status = system(failing ? FAILING EXTRACT : EXTRACT);
		shared->hold = false;
		if (status && (failing ? !access(OUTPUT "/tree", F_OK) : rmdir(OUTPUT)))
			wrong("extract: status %#x, and it left something", status);
		if (!status && system("diff -r /tmp/reference " OUTPUT "/tree"))
			wrong("extract: other files");
		if (system("rm -rf " OUTPUT))
			wrong("rm failed");
		if (status && hold && !failing && !shared->stop)
			wrong("extract: status %#x", status);
		add(!status ? EXTRACTED : hold ? EXTRACTION_FAULTS : EXTRACTIONS_CUT, 1);
	}
}

/* The number in the line that begins so. */
static unsigned long long number_in(const char *path, const char *begin)
{
	unsigned long long number = 0;
	char line[256];
	FILE *f = fopen(path, "r");

	if (!f)
		ktap_bail_out("%s", path);
	while (fgets(line, sizeof(line), f))
		if (!strncmp(line, begin, strlen(begin)))
			number = strtoull(line + strcspn(line, "0123456789"), NULL, 10);
	fclose(f);
	return number;
}

/* Fills memory until the page cache has to give some back, and lets go of it. */
static void work_eater(void)
{
	const size_t step = 4 << 20, give = 32 * step, most = (size_t)8 << 30;
	unsigned char *p = mmap(NULL, most, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t used = 0;

	if (p == MAP_FAILED)
		ktap_bail_out("mmap");
	while (!shared->stop) {
		if (number_in("/proc/meminfo", "MemAvailable:") > KEEP_FREE) {
			memset(p + used, 1, step);
			used += step;
			continue;
		}
		nap(100);
		used -= used > give ? give : used;
		madvise(p + used, give, MADV_DONTNEED);
		if (system("cat /usr/lib/gcc/*/*/cc1 >/dev/null"))
			wrong("cat failed");
	}
}

/* What the kernel has counted since the first call. It counts faults down. */
static void count(void)
{
	static unsigned long long slab, pages, reclaimed;

	if (!slab) {
		slab = number_in(DEBUG "failslab/times", "");
		pages = number_in(DEBUG "fail_page_alloc/times", "");
		reclaimed = number_in("/proc/vmstat", "pgsteal_file ");
	}
	shared->figure[SLAB_FAULTS] = slab - number_in(DEBUG "failslab/times", "");
	shared->figure[PAGE_FAULTS] = pages - number_in(DEBUG "fail_page_alloc/times", "");
	shared->figure[PAGES_RECLAIMED] =
		number_in("/proc/vmstat", "pgsteal_file ") - reclaimed;
}

static bool has_all(void)
{
	int i = 0;

	count();
	while (i < FIGURES && shared->figure[i])
		i++;
	return i == FIGURES;
}

static void start(void (*work)(void), unsigned int seed)
{
	pid_t pid = fork();

	if (pid < 0)
		ktap_bail_out("fork");
	if (pid)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	srand(seed);
	if (work != work_loader && work != work_extractor)
		nice(5);	/* always has something to do */
	nth_fd = open("/proc/self/fail-nth", O_RDWR | O_CLOEXEC);
	work();
	exit(0);
}

int main(int argc, char **argv)
{
	void (*const work[])(void) = {
		work_loader, work_reader, work_reader, work_mapper, work_mapper,
		work_extractor, work_eater,
	};
	time_t end;

	if (argc != 4) {
		fprintf(stderr, "usage: %s ARCHIVE MODULE SECONDS\n", argv[0]);
		return KTAP_FAIL;
	}
	module = argv[2];
	page = sysconf(_SC_PAGESIZE);
	end = time(NULL) + strtoul(argv[3], NULL, 10);

	ktap_plan(FIGURES + 2);
	data = read_all(argv[1], &size);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		ktap_bail_out("mmap");

	count();
	for (size_t i = 0; i < ARRAY_SIZE(work); i++)
		start(work[i], i);
	while (!shared->stop && time(NULL) < (has_all() ? end : end + PATIENCE))
		nap(1000);
	shared->stop = true;
	for (int status; wait(&status) > 0;)
		if (status)
			wrong("a process ended with status %#x", status);
	count();

	for (int i = 0; i < FIGURES; i++) {
		ktap_msg("soak: %s=%llu", names[i], shared->figure[i]);
		ktap_result(shared->figure[i], names[i]);
	}
	ktap_result(shared->figure[LOADS] == shared->figure[UNLOADS],
		    "loads and unloads are as many");
	ktap_result(!shared->wrong, "nothing was wrong");
	return ktap_status();
}
