// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and unloads the module while one process reads the file, one keeps it
 * mapped, and one maps and unmaps it as fast as it can. What they see is the
 * archive or a clean error, never anything else.
 *
 * Each round waits until reader and keeper are in the middle of their work, so
 * that every unloading meets both.
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

#define STEP_SECONDS	60

enum { READER, KEEPER, HAMMER, WORKERS };

static struct shared {
	atomic_uint loaded;		/* last round whose module was loaded */
	atomic_uint unloaded;		/* last round whose module is gone */
	atomic_bool stop;
	atomic_uint mapping;		/* a lock: somebody maps or unmaps */
	struct {
		atomic_uint busy;	/* last round it is at work in */
		atomic_uint done;	/* last round it saw the end of */
		atomic_uint cut;	/* times the module went away under it */
		atomic_uint wrong;	/* times it saw what must not be */
	} worker[WORKERS];
} *shared;

static const char *path;
static unsigned char *data;
static size_t size;
static volatile sig_atomic_t armed;
static sigjmp_buf on_sigbus;

static void sigbus(int sig)
{
	if (armed)
		siglongjmp(on_sigbus, 1);
	signal(sig, SIG_DFL);
	raise(sig);
}

static void nap(void)
{
	nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL);
}

static bool reached(atomic_uint *counter, unsigned int round)
{
	time_t end = time(NULL) + STEP_SECONDS;

	while (atomic_load(counter) < round) {
		if (time(NULL) > end)
			return false;
		nap();
	}
	return true;
}

/*
 * kernfs counts the mappings of a file without a lock that mmap() and the last
 * close have in common: two processes in there at once make it miscount, and
 * warn when the file goes. That is not what is tested here.
 */
static void lock_mapping(void)
{
	while (atomic_exchange(&shared->mapping, true))
		nap();
}

static void unlock_mapping(void)
{
	atomic_store(&shared->mapping, false);
}

static unsigned char *map(int fd, int flags)
{
	unsigned char *p;

	lock_mapping();
	p = mmap(NULL, size, PROT_READ, flags, fd, 0);
	close(fd);
	unlock_mapping();
	return p;
}

static void unmap(unsigned char *p)
{
	lock_mapping();
	munmap(p, size);
	unlock_mapping();
}

__printf(2, 3)
static void wrong(int who, const char *format, ...)
{
	const char *const names[] = { "reader", "keeper", "hammer" };
	char text[200];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ktap_msg("%s: %s", names[who], text);
	atomic_fetch_add(&shared->worker[who].wrong, 1);
}

/* The archive as mapped: 1 if it is all there, 0 if it is gone, -1 if wrong. */
static int mapping_state(const unsigned char *p)
{
	int state;

	if (sigsetjmp(on_sigbus, 1)) {
		armed = 0;
		return 0;
	}
	armed = 1;
	state = memcmp(p, data, size) ? -1 : 1;
	armed = 0;
	return state;
}

static void reader_round(unsigned int round)
{
	unsigned char buf[4096];
	size_t done = 0;
	ssize_t n;
	int fd;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		wrong(READER, "open: %s", strerror(errno));
		return;
	}
	for (;;) {
		n = read(fd, buf, sizeof(buf));
		if (n < 0)
			break;
		if (n == 0) {
			if (done != size)
				wrong(READER, "ends at %zu", done);
			done = 0;
			lseek(fd, 0, SEEK_SET);
			continue;
		}
		if (done + n > size || memcmp(buf, data + done, n))
			wrong(READER, "other bytes at %zu", done);
		done += n;
		atomic_store(&shared->worker[READER].busy, round);
	}
	if (errno == ENODEV)
		atomic_fetch_add(&shared->worker[READER].cut, 1);
	else
		wrong(READER, "read: %s", strerror(errno));
	close(fd);
}

static void keeper_round(unsigned int round)
{
	unsigned char *p;
	int fd, state;
	bool gone;

	fd = open(path, O_RDONLY | O_CLOEXEC);
	p = map(fd, MAP_SHARED);
	if (p == MAP_FAILED) {
		wrong(KEEPER, "mmap: %s", strerror(errno));
		return;
	}
	do {
		gone = atomic_load(&shared->unloaded) >= round;
		state = mapping_state(p);
		atomic_store(&shared->worker[KEEPER].busy, round);
	} while (state == 1 && !gone);

	if (state == 0)
		atomic_fetch_add(&shared->worker[KEEPER].cut, 1);
	else
		wrong(KEEPER, state < 0 ? "other bytes" :
		      "a mapping from before is still there");
	unmap(p);
}

/*
 * Meets the module in any state. A mapping that was being set up while the
 * module went away may stay, and must then show the archive: also at the end
 * of the next round, when the module's memory has long been used again.
 */
static void hammer_round(unsigned int round)
{
	static unsigned char *survivor = MAP_FAILED;
	unsigned char *p, *last = MAP_FAILED;
	bool gone;
	int fd;

	do {
		gone = atomic_load(&shared->unloaded) >= round;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0) {
			if (errno != ENOENT && errno != ENODEV)
				wrong(HAMMER, "open: %s", strerror(errno));
			continue;
		}
		p = map(fd, MAP_PRIVATE);
		if (p == MAP_FAILED) {
			if (errno != ENODEV)
				wrong(HAMMER, "mmap: %s", strerror(errno));
			continue;
		}
		if (last != MAP_FAILED)
			unmap(last);
		last = p;
		atomic_store(&shared->worker[HAMMER].busy, round);
	} while (!gone);

	if (survivor != MAP_FAILED) {
		if (mapping_state(survivor) != 1)
			wrong(HAMMER, "a mapping that stayed has changed");
		unmap(survivor);
		survivor = MAP_FAILED;
	}
	if (last == MAP_FAILED)
		return;
	switch (mapping_state(last)) {
	case 0:
		atomic_fetch_add(&shared->worker[HAMMER].cut, 1);
		unmap(last);
		break;
	case 1:
		survivor = last;
		break;
	default:
		wrong(HAMMER, "other bytes");
		unmap(last);
	}
}

static void work(int who, void (*one_round)(unsigned int))
{
	const struct sigaction sa = { .sa_handler = sigbus };

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigaction(SIGBUS, &sa, NULL);
	for (unsigned int round = 1; ; round++) {
		while (atomic_load(&shared->loaded) < round) {
			if (atomic_load(&shared->stop))
				_exit(0);
			nap();
		}
		one_round(round);
		atomic_store(&shared->worker[who].busy, round);
		atomic_store(&shared->worker[who].done, round);
	}
}

static bool load(const char *module)
{
	int fd = open(module, O_RDONLY | O_CLOEXEC);
	long err;

	if (fd < 0)
		ktap_bail_out("%s", module);
	err = syscall(SYS_finit_module, fd, "", 0);
	if (err)
		ktap_msg("finit_module: %s", strerror(errno));
	close(fd);
	return !err;
}

static bool unload(void)
{
	if (!syscall(SYS_delete_module, "kheaders", O_NONBLOCK))
		return true;
	ktap_msg("delete_module: %s", strerror(errno));
	return false;
}

static bool one_unload(const char *module, unsigned int round)
{
	if (!load(module))
		return false;
	atomic_store(&shared->loaded, round);
	for (int who = 0; who < WORKERS; who++)
		if (!reached(&shared->worker[who].busy, round)) {
			ktap_msg("worker %d did not start", who);
			return false;
		}
	if (!unload())
		return false;
	atomic_store(&shared->unloaded, round);
	for (int who = 0; who < WORKERS; who++)
		if (!reached(&shared->worker[who].done, round)) {
			ktap_msg("worker %d did not notice", who);
			return false;
		}
	return !access(path, F_OK) ? false : errno == ENOENT;
}

/* The log from here on; one record per read. */
static int log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
		ktap_bail_out("/dev/kmsg");
	return fd;
}

static bool log_is_clean(int fd)
{
	static const char *const splats[] = {
		"Call Trace", "Call trace", "cut here", "BUG:", "WARNING:",
		"Oops", "Bad page", "general protection", "rcu_sched",
		"blocked for more than", "duplicate filename", "lockdep",
	};
	char record[8192];
	bool clean = true;
	ssize_t n;

	for (;;) {
		n = read(fd, record, sizeof(record) - 1);
		if (n < 0 && errno == EPIPE) {
			ktap_msg("records of the log were lost");
			clean = false;
			continue;
		}
		if (n <= 0)
			break;
		record[n] = '\0';
		for (size_t i = 0; i < ARRAY_SIZE(splats); i++)
			if (strstr(record, splats[i])) {
				ktap_msg("log: %s", record);
				clean = false;
			}
	}
	close(fd);
	return clean;
}

int main(int argc, char **argv)
{
	void (*const rounds_of[])(unsigned int) = {
		reader_round, keeper_round, hammer_round,
	};
	unsigned int round, rounds;
	pid_t pid[WORKERS];
	bool ok = true;
	int log;

	if (argc != 4) {
		fprintf(stderr, "usage: %s FILE MODULE ROUNDS\n", argv[0]);
		return KTAP_FAIL;
	}
	path = argv[1];
	rounds = strtoul(argv[3], NULL, 10);

	ktap_plan(5);
	data = read_all(path, &size);
	log = log_open();
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED || !unload())
		ktap_bail_out("cannot begin");

	for (int who = 0; who < WORKERS; who++) {
		pid[who] = fork();
		if (pid[who] < 0)
			ktap_bail_out("fork");
		if (!pid[who])
			work(who, rounds_of[who]);
	}
	for (round = 1; ok && round <= rounds; round++)
		ok = one_unload(argv[2], round);

	atomic_store(&shared->stop, true);
	for (int who = 0; who < WORKERS; who++) {
		int status;

		if (!ok)
			kill(pid[who], SIGKILL);
		waitpid(pid[who], &status, 0);
		if (status) {
			ktap_msg("worker %d: status %#x", who, status);
			ok = false;
		}
	}

	ktap_msg("%u rounds; last mapping set up meanwhile: %u gone, %u stayed",
		 round - 1, atomic_load(&shared->worker[HAMMER].cut),
		 round - 1 - atomic_load(&shared->worker[HAMMER].cut));
	ktap_result(ok && round - 1 == rounds,
		    "unloads while the file is read and mapped");
	ktap_result(shared->worker[READER].cut == rounds &&
		    !shared->worker[READER].wrong,
		    "every read cut short fails with ENODEV");
	ktap_result(shared->worker[KEEPER].cut == rounds &&
		    !shared->worker[KEEPER].wrong,
		    "every mapping from before raises SIGBUS");
	ktap_result(ok && !shared->worker[HAMMER].wrong,
		    "mappings set up meanwhile show the archive or SIGBUS");
	ktap_result(log_is_clean(log), "the kernel has nothing to complain of");

	load(argv[2]);
	free(data);
	return ktap_status();
}
