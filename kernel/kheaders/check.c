// SPDX-License-Identifier: GPL-2.0-only
/*
 * Is what lies between two labels an archive that may be offered? A file of
 * size 0 would be worse than none: sysfs takes 0 for "unknown" and stops
 * checking bounds.
 */
#include <linux/errno.h>
#include <linux/string.h>

#include "kheaders.h"

#define MARKER_SIZE	8

/* Stream header, stream footer and an index without records. */
#define XZ_SIZE_MIN	32

static const char marker_start[MARKER_SIZE] = "IKHD_ST";
static const char marker_end[MARKER_SIZE] = "IKHD_ED";
static const char xz_header[] = { '\xfd', '7', 'z', 'X', 'Z', '\0' };
static const char xz_footer[] = { 'Y', 'Z' };

/**
 * kheaders_check() - validate an embedded archive
 * @data: its first byte, right behind the start marker
 * @end: the byte behind its last one, where the end marker begins
 *
 * Return: 0, -ENODATA if there is no archive, -EINVAL if it is not enclosed in
 * its markers, -EBADMSG if it does not begin and end as an xz file does.
 */
int kheaders_check(const char *data, const char *end)
{
	if (end <= data)
		return -ENODATA;

	if (memcmp(data - MARKER_SIZE, marker_start, MARKER_SIZE) ||
	    memcmp(end, marker_end, MARKER_SIZE))
		return -EINVAL;

	if (end - data < XZ_SIZE_MIN ||
	    memcmp(data, xz_header, sizeof(xz_header)) ||
	    memcmp(end - sizeof(xz_footer), xz_footer, sizeof(xz_footer)))
		return -EBADMSG;

	return 0;
}
