// SPDX-License-Identifier: GPL-2.0-only
/* Headers of tar's members, as POSIX.1-1988 has them. */
#include <stdio.h>
#include <string.h>

#include "ustar.h"

/* Numbers are octal digits and a NUL; texts that fill their field have none. */
struct header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char linkname[100];
	char magic[8];
	char uname[32];
	char gname[32];
	char devmajor[8];
	char devminor[8];
	char prefix[155];
	char unused[12];
};

#define MAX_SIZE 077777777777ULL

/* A long name is cut at a slash: the last one that the prefix can reach. */
static bool put_name(struct header *h, const char *name)
{
	size_t length = strlen(name), cut;

	if (length <= sizeof(h->name)) {
		memcpy(h->name, name, length);
		return true;
	}
	cut = length - 1 < sizeof(h->prefix) ? length - 1 : sizeof(h->prefix);
	while (cut && name[cut] != '/')
		cut--;
	length -= cut + 1;
	if (!cut || !length || length > sizeof(h->name))
		return false;
	memcpy(h->prefix, name, cut);
	memcpy(h->name, name + cut + 1, length);
	return true;
}

const char *ustar_header(char record[USTAR_RECORD], const char *name, size_t size,
			 bool executable)
{
	struct header h = {
		.uid = "0000000",
		.gid = "0000000",
		.mtime = "00000000001",
		.checksum = "       ",
		.type = '0',
		.magic = "ustar\00000",
		.devmajor = "0000000",
		.devminor = "0000000",
	};
	unsigned int sum = 0;
	size_t i;

	_Static_assert(sizeof(h) == USTAR_RECORD, "no padding");
	if (!put_name(&h, name))
		return "path too long for a tar archive";
	if (size > MAX_SIZE)
		return "too large for a tar archive";
	snprintf(h.mode, sizeof(h.mode), "%07o", executable ? 0755 : 0644);
	snprintf(h.size, sizeof(h.size), "%011llo", (unsigned long long)size);

	/* The sum counts its own field as blanks, and ends in a NUL and a blank. */
	h.checksum[7] = ' ';
	memcpy(record, &h, sizeof(h));
	for (i = 0; i < sizeof(h); i++)
		sum += (unsigned char)record[i];
	snprintf(h.checksum, 7, "%06o", sum);
	memcpy(record, &h, sizeof(h));
	return NULL;
}
