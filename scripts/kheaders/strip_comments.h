/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KHEADERS_STRIP_COMMENTS_H
#define KHEADERS_STRIP_COMMENTS_H

#include <stddef.h>

/*
 * Copies a header without its comments to out, which has room for size bytes: the
 * copy is never longer.
 *
 * Returns NULL, or why the header can only be used as it is.
 */
const char *strip_comments(const char *text, size_t size, char *out, size_t *out_size);

#endif
