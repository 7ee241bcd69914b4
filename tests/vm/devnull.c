// SPDX-License-Identifier: GPL-2.0-only
/*
 * devnull COMMAND [ARG...]: run COMMAND so that /dev/null and its like can be
 * opened in every root directory that it or a descendant changes to, and so can
 * /proc/self/maps, which objtool reads.
 *
 * A root made without CAP_MKNOD has no device nodes, and without CAP_SYS_ADMIN
 * none can be bind-mounted; compilers, package scripts and kbuild do not work
 * without /dev/null. Nor is there a /proc. The kernel's seccomp user notification
 * lets this parent open the file outside on behalf of a descendant, which needs
 * no privilege. Every other open() goes on as if nothing had happened, so this is
 * a convenience, not a sandbox.
 *
 * Needs Linux 5.9 (SECCOMP_IOCTL_NOTIF_ADDFD). Exit status: COMMAND's, or
 * 128 + signal; 125 for a failure of this program, 127 if COMMAND cannot run.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_SELF	125
#define EXIT_NOEXEC	127

static const char *const served[] = {
	"/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom",
	"/proc/self/maps",
};

/* Returns the listener. From here on, open() of this task is held up. */
static int install_filter(void)
{
	struct sock_filter insns[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
#ifdef __NR_open
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_open, 1, 0),
#endif
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_openat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {
		.len = sizeof(insns) / sizeof(insns[0]),
		.filter = insns,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		err(EXIT_SELF, "no_new_privs");
	return syscall(__NR_seccomp, SECCOMP_SET_MODE_FILTER,
		       SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);
}

/* If the name at addr in the memory of pid is served, gives the path for it. */
static bool wanted(pid_t pid, unsigned long addr, char path[32])
{
	char name[16];
	struct iovec local = { name, sizeof(name) };
	struct iovec remote = { (void *)addr, sizeof(name) };
	ssize_t len = process_vm_readv(pid, &local, 1, &remote, 1, 0);

	for (size_t i = 0; i < sizeof(served) / sizeof(served[0]); i++) {
		size_t need = strlen(served[i]) + 1;

		if (len < (ssize_t)need || memcmp(name, served[i], need))
			continue;
		if (!strncmp(name, "/proc/self/", 11))
			snprintf(path, 32, "/proc/%d/%s", pid, name + 11);
		else
			memcpy(path, name, need);
		return true;
	}
	return false;
}

/* Opens the file here and puts it into the waiting task; 0 or -errno. */
static int hand_over(int listener, const struct seccomp_notif *req,
		     const char *path, int flags, struct seccomp_notif_resp *resp)
{
	struct seccomp_notif_addfd add = {
		.id = req->id,
		.newfd_flags = flags & O_CLOEXEC,
	};
	int fd, ret;

	fd = open(path, (flags & ~(O_CREAT | O_EXCL | O_TRUNC)) | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	add.srcfd = fd;
	ret = ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &add);
	if (ret < 0)
		ret = -errno;
	else
		resp->val = ret;
	close(fd);
	return ret < 0 ? ret : 0;
}

static void answer(int listener)
{
	struct seccomp_notif req = { 0 };
	struct seccomp_notif_resp resp = { 0 };
	char path[32];
	int first = 0;

	/* ENOENT: the task died while it waited. */
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &req)) {
		if (errno == ENOENT || errno == EINTR)
			return;
		err(EXIT_SELF, "receive");
	}
	if (req.data.nr == __NR_openat)
		first = 1;
	resp.id = req.id;
	if (wanted(req.pid, req.data.args[first], path))
		resp.error = hand_over(listener, &req, path,
				       req.data.args[first + 1], &resp);
	else
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp) && errno != ENOENT)
		err(EXIT_SELF, "send");
}

static void on_child(int sig)
{
	(void)sig;	/* only there to interrupt ppoll() */
}

/* Serves until COMMAND has ended; whatever it left behind must do without. */
static int serve(int listener, pid_t child)
{
	struct pollfd pfd = { .fd = listener, .events = POLLIN };
	sigset_t none;
	int status;

	sigemptyset(&none);
	while (waitpid(child, &status, WNOHANG) == 0)
		if (ppoll(&pfd, 1, NULL, &none) > 0 && pfd.revents & POLLIN)
			answer(listener);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void run(char **argv, int ready, const sigset_t *mask)
{
	int listener;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL))
		err(EXIT_SELF, "pdeathsig");
	sigprocmask(SIG_SETMASK, mask, NULL);
	listener = install_filter();
	if (write(ready, &listener, sizeof(listener)) != sizeof(listener) ||
	    listener < 0)
		_exit(EXIT_SELF);
	execvp(argv[0], argv);
	err(EXIT_NOEXEC, "%s", argv[0]);
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_child };
	int ready[2], listener = -1;
	sigset_t chld, old;
	pid_t child;

	if (argc < 2)
		errx(EXIT_SELF, "usage: devnull COMMAND [ARG...]");
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, &old);
	if (sigaction(SIGCHLD, &sa, NULL) || pipe2(ready, O_CLOEXEC))
		err(EXIT_SELF, "setup");

	/* A shared file table gives this parent the listener; exec ends it. */
	child = syscall(__NR_clone, CLONE_FILES | SIGCHLD, 0, 0, 0, 0);
	if (child < 0)
		err(EXIT_SELF, "clone");
	if (child == 0)
		run(argv + 1, ready[1], &old);
	if (read(ready[0], &listener, sizeof(listener)) != sizeof(listener) ||
	    listener < 0)
		errx(EXIT_SELF, "seccomp notification is not available here");
	return serve(listener, child);
}
