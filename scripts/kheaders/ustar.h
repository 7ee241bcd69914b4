/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KHEADERS_USTAR_H
#define KHEADERS_USTAR_H

#include <stdbool.h>
#include <stddef.h>

#define USTAR_RECORD 512

/*
 * Writes the header record of a regular file that belongs to root, as GNU tar
 * does for --format=ustar --owner=0 --group=0 --numeric-owner --mtime=@1.
 *
 * Returns what is the matter with the name or the size, or NULL.
 */
const char *ustar_header(char record[USTAR_RECORD], const char *name, size_t size,
			 bool executable);

#endif
