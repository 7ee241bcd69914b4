// SPDX-License-Identifier: GPL-2.0-only
/* Why there are no headers here, and what to do. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"

/* Is one of these words in a line of the file? */
static bool file_mentions(const char *path, const char *word)
{
	FILE *f = fopen(path, "re");
	bool found = false;
	char line[4096];

	while (f && !found && fgets(line, sizeof(line), f))
		found = strstr(line, word);
	if (f)
		fclose(f);
	return found;
}

/* As kmod looks for it: among modules, and in what modprobe knows by other names. */
static bool has_module(const char *release)
{
	char path[256];

	snprintf(path, sizeof(path), "/lib/modules/%s/modules.dep", release);
	return file_mentions(path, "/kheaders.ko");
}

static bool has_modules(const char *release)
{
	char path[256];

	snprintf(path, sizeof(path), "/lib/modules/%s", release);
	return !access(path, X_OK);
}

static bool is_container(void)
{
	return !access("/.dockerenv", F_OK) || !access("/run/.containerenv", F_OK) ||
	       !access("/run/systemd/container", F_OK);
}

/* What installs the header package of the kernel that runs. */
static const struct {
	const char *distribution;	/* in /etc/os-release, as ID or in ID_LIKE */
	const char *command;
	bool with_release;
} packages[] = {
	{ "debian", "apt install linux-headers-", true },
	{ "fedora", "dnf install kernel-devel-", true },
	{ "rhel", "dnf install kernel-devel-", true },
	{ "arch", "pacman -S linux-headers", false },
	{ "suse", "zypper install kernel-default-devel", false },
	{ "alpine", "apk add linux-lts-dev", false },
};

static void name_package(const char *release)
{
	char line[256];
	size_t i;
	FILE *f = fopen("/etc/os-release", "re");

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "ID", 2))
			continue;
		for (i = 0; i < sizeof(packages) / sizeof(packages[0]); i++) {
			if (!strstr(line, packages[i].distribution))
				continue;
			complain("programs that look for a header package find it after: %s%s",
				 packages[i].command, packages[i].with_release ? release : "");
			fclose(f);
			return;
		}
	}
	if (f)
		fclose(f);
}

void advise(void)
{
	const char *release = running_release();

	if (access("/sys/kernel", X_OK))
		complain("sysfs is not mounted: mount -t sysfs sysfs /sys");
	else if (has_module(release))
		complain("load them, as root: modprobe kheaders");
	else if (is_container())
		complain("this is a container: load the module on the host (modprobe "
			 "kheaders), or pass the archive in and name it as SOURCE");
	else if (!has_modules(release))
		complain("there are no modules for %s here: has there been an upgrade since "
			 "it was booted?", release);
	else {
		complain("%s was built without CONFIG_IKHEADERS: kheaders.ko, built for it, "
			 "adds them", release);
		name_package(release);
	}
}
