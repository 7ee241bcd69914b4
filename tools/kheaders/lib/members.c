// SPDX-License-Identifier: LGPL-2.1-or-later
/* What is in an archive: all members, one of them, and whether they are as packed. */
#include <errno.h>
#include <sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define FOUND		1

/* One after the other, to reach a file. */
#define LINKS_MAX	8

struct caller {
	int (*function)(const struct kheaders_member *member, void *data);
	void *data;
};

static int call(struct walk *w, const struct kheaders_member *member, void *data)
{
	const struct caller *caller = data;

	(void)w;
	return caller->function(member, caller->data);
}

int kheaders_for_each(struct kheaders *kh,
		      int (*function)(const struct kheaders_member *member, void *data),
		      void *data)
{
	struct caller caller = { function, data };

	return walk_all(kh, call, &caller);
}

struct wanted {
	char *name;
	bool is_link;		/* name has become that of another member */
	char *contents;
	size_t size;
};

static int take_wanted(struct walk *w, const struct kheaders_member *member, void *data)
{
	struct wanted *wanted = data;
	int err;

	if (strcmp(member->name, wanted->name))
		return 0;
	if (member->link) {
		free(wanted->name);
		wanted->name = strdup(member->link);
		wanted->is_link = true;
		return FOUND;
	}
	err = walk_read_all(w, member, &wanted->contents);
	if (err)
		return err;
	wanted->size = member->size;
	return FOUND;
}

int kheaders_read(struct kheaders *kh, const char *name, char **contents, size_t *size)
{
	struct wanted wanted = { 0 };
	unsigned int links = 0;
	uint64_t first, last;
	int ret;

	ret = describe(kh);
	if (ret)
		return ret;
	wanted.name = strdup(name + (strncmp(name, "./", 2) ? 0 : 2));
	do {
		if (!wanted.name)
			return fail(kh, -ENOMEM, "%s: out of memory", kh->path);
		wanted.is_link = false;
		find_blocks(kh, wanted.name, &first, &last);
		ret = walk(kh, first, last, take_wanted, &wanted);
	} while (ret == FOUND && wanted.is_link && links++ < LINKS_MAX);
	free(wanted.name);
	if (ret < 0)
		return ret;
	if (ret != FOUND || wanted.is_link)
		return fail(kh, -ENOENT, "%s: has no %s", kh->path, name);
	*contents = wanted.contents;
	*size = wanted.size;
	return 0;
}

/* Adds to the digest what sha256sum prints for a member. */
static int add_to_digest(struct walk *w, const struct kheaders_member *member, void *data)
{
	SHA2_CTX *digest = data, sum;
	char hex[SHA256_DIGEST_STRING_LENGTH];
	uint8_t buffer[16384];
	ssize_t n;

	if (!strcmp(member->name, MANIFEST))
		return 0;
	SHA256Init(&sum);
	while ((n = walk_read(w, buffer, sizeof(buffer))) > 0)
		SHA256Update(&sum, buffer, n);
	if (n < 0)
		return n;
	SHA256End(&sum, hex);
	SHA256Update(digest, (const uint8_t *)hex, strlen(hex));
	SHA256Update(digest, (const uint8_t *)"  ./", 4);
	SHA256Update(digest, (const uint8_t *)member->name, strlen(member->name));
	SHA256Update(digest, (const uint8_t *)"\n", 1);
	return 0;
}

int kheaders_verify(struct kheaders *kh)
{
	char hex[SHA256_DIGEST_STRING_LENGTH], digest[sizeof("sha256:") + sizeof(hex)];
	SHA2_CTX sum;
	int err;

	err = describe(kh);
	if (err)
		return err;
	SHA256Init(&sum);
	err = walk_all(kh, add_to_digest, &sum);
	if (err || !*kh->info.digest)
		return err;
	SHA256End(&sum, hex);
	snprintf(digest, sizeof(digest), "sha256:%s", hex);
	if (strcmp(digest, kh->info.digest))
		return fail(kh, -EBADMSG, "%s: its members are not those of its manifest",
			    kh->path);
	return 0;
}
