// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What an archive is. Ours begin with a manifest; those of Linux's own CONFIG_IKHEADERS are
 * told by what is in their headers.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "internal.h"

#define MANIFEST_SIZE_MAX	(64 << 10)
#define HEADER_SIZE_MAX		(4 << 20)

/* Ends a walk that has seen enough. */
#define ENOUGH	1

static int add_pattern(struct kheaders *kh, char *patterns)
{
	char **bigger = reallocarray(kh->patterns, kh->pattern_count + 1,
				     sizeof(*kh->patterns));

	if (!bigger)
		return fail(kh, -ENOMEM, "%s: out of memory", kh->path);
	kh->patterns = bigger;
	kh->patterns[kh->pattern_count++] = patterns;
	return 0;
}

static bool can_be_printed(const char *text)
{
	while (*text && (unsigned char)*text >= ' ' && *text != 0x7f)
		text++;
	return !*text;
}

/* One key=value per line. Unknown keys are for later versions. */
static int parse_manifest(struct kheaders *kh)
{
	struct kheaders_info *info = &kh->info;
	const struct {
		const char *key;
		const char **value;
	} fields[] = {
		{ "release", &info->release },
		{ "arch", &info->arch },
		{ "profile", &info->profile },
		{ "compiler", &info->compiler },
		{ "digest", &info->digest },
	};
	char *line, *value, *rest = NULL;
	size_t i;
	int err;

	for (line = strtok_r(kh->manifest, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		value = strchr(line, '=');
		if (!value || !can_be_printed(line))
			return fail(kh, -EBADMSG, "%s: has a damaged manifest", kh->path);
		*value++ = '\0';
		for (i = 0; i < ARRAY_SIZE(fields); i++)
			if (!strcmp(line, fields[i].key))
				*fields[i].value = value;
		if (!strcmp(line, "block")) {
			err = add_pattern(kh, value);
			if (err)
				return err;
		}
	}
	info->has_manifest = true;
	return 0;
}

/* The value in a line of C: #define NAME "value". It is allocated. */
static char *defined_string(const char *text, const char *name)
{
	size_t length = strlen(name);
	const char *line, *end;

	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, "#define ", 8) || strncmp(line + 8, name, length) ||
		    strncmp(line + 8 + length, " \"", 2))
			continue;
		line += 8 + length + 2;
		end = strchr(line, '"');
		return end ? strndup(line, end - line) : NULL;
	}
	return NULL;
}

/* What is found in headers is kept after each other in "manifest". */
struct search {
	struct kheaders *kh;
	bool only_first;	/* look at the first member only */
	char *arch;
	char *release;
	char *compiler;
};

static int read_definition(struct walk *w, const struct kheaders_member *member,
			   const char *name, char **value)
{
	char *text;
	int err;

	if (member->size > HEADER_SIZE_MAX)
		return 0;
	err = walk_read_all(w, member, &text);
	if (err)
		return err;
	*value = defined_string(text, name);
	free(text);
	return 0;
}

static int look_at_member(struct walk *w, const struct kheaders_member *member, void *data)
{
	struct search *search = data;
	struct kheaders *kh = search->kh;
	int err = 0;

	if (!strcmp(member->name, MANIFEST)) {
		if (member->size > MANIFEST_SIZE_MAX)
			return fail(kh, -E2BIG, "%s: has too large a manifest", kh->path);
		err = walk_read_all(w, member, &kh->manifest);
		if (!err && strlen(kh->manifest) != member->size)
			err = fail(kh, -EBADMSG, "%s: has a damaged manifest", kh->path);
		return err ? err : ENOUGH;
	}
	if (search->only_first)
		return ENOUGH;
	if (!search->arch && !strncmp(member->name, "arch/", 5))
		search->arch = strndup(member->name + 5, strcspn(member->name + 5, "/"));
	else if (!strcmp(member->name, "include/generated/utsrelease.h"))
		err = read_definition(w, member, "UTS_RELEASE", &search->release);
	else if (!strcmp(member->name, "include/generated/autoconf.h"))
		err = read_definition(w, member, "CONFIG_CC_VERSION_TEXT",
				      &search->compiler);
	if (err)
		return err;
	return search->arch && search->release && search->compiler ? ENOUGH : 0;
}

static int keep_findings(struct kheaders *kh, const struct search *search)
{
	char *text = NULL;

	if (asprintf(&text, "release=%s\narch=%s\ncompiler=%s\nprofile=headers\n",
		     search->release ?: "", search->arch ?: "",
		     search->compiler ?: "") < 0)
		return fail(kh, -ENOMEM, "%s: out of memory", kh->path);
	kh->manifest = text;
	return 0;
}

int describe(struct kheaders *kh)
{
	struct kheaders_info *info = &kh->info;
	struct search search = { .kh = kh };
	bool has_manifest;
	struct utsname uts;
	uint64_t last;
	int err;

	if (!kh->index)
		return fail(kh, -EINVAL, "no archive is open");
	if (kh->is_described)
		return 0;
	last = lzma_index_block_count(kh->index) - 1;
	*info = (struct kheaders_info) {
		.path = kh->path,
		.release = "", .arch = "", .profile = "", .compiler = "", .digest = "",
		.size = kh->size,
		.unpacked_size = lzma_index_uncompressed_size(kh->index),
		.blocks = last + 1,
	};
	/* Ours have the manifest in a block of its own; others' may end anywhere. */
	search.only_first = last;
	err = walk(kh, 0, 0, look_at_member, &search);
	search.only_first = false;
	if (last && !kh->manifest && !is_cancelled(kh))
		err = walk(kh, 0, last, look_at_member, &search);
	err = err < 0 ? err : 0;
	has_manifest = kh->manifest;
	if (!err && !has_manifest)
		err = keep_findings(kh, &search);
	if (!err)
		err = parse_manifest(kh);
	free(search.arch);
	free(search.release);
	free(search.compiler);
	if (err) {
		describe_forget(kh);
		return err;
	}
	info->has_manifest = has_manifest;
	info->is_running = !uname(&uts) && !strcmp(uts.release, info->release);
	kh->is_described = true;
	return 0;
}

void describe_forget(struct kheaders *kh)
{
	free(kh->manifest);
	free(kh->patterns);
	kh->manifest = NULL;
	kh->patterns = NULL;
	kh->pattern_count = 0;
	kh->is_described = false;
}

int kheaders_get_info(struct kheaders *kh, struct kheaders_info *info)
{
	int err = describe(kh);

	if (!err)
		*info = kh->info;
	return err;
}

static bool matches(const char *patterns, const char *name)
{
	char pattern[256];
	size_t length;

	for (; *patterns; patterns += length + (patterns[length] == ' ')) {
		length = strcspn(patterns, " ");
		if (length >= sizeof(pattern))
			continue;
		memcpy(pattern, patterns, length);
		pattern[length] = '\0';
		if (!fnmatch(pattern, name, 0))
			return true;
	}
	return false;
}

/* The manifest is block 0; a block without members ends the archive. */
void find_blocks(const struct kheaders *kh, const char *name, uint64_t *first,
		 uint64_t *last)
{
	uint64_t count = lzma_index_block_count(kh->index);
	size_t i;

	*first = 0;
	*last = count - 1;
	if (!strcmp(name, MANIFEST)) {
		*last = 0;
		return;
	}
	for (i = 0; i < kh->pattern_count && i + 1 < count; i++) {
		if (matches(kh->patterns[i], name)) {
			*first = *last = i + 1;
			return;
		}
	}
}
