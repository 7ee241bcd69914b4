/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KHEADERS_SHA256_H
#define KHEADERS_SHA256_H

#include <stddef.h>

#define SHA256_HEX_SIZE 65	/* digits and a NUL */

/* Writes the SHA-256 digest of data in hexadecimal. */
void sha256_hex(const void *data, size_t size, char hex[SHA256_HEX_SIZE]);

#endif
