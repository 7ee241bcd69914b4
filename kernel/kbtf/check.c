// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sanity-check BTF before it is published. libbpf looks no further once there is a
 * /sys/kernel/btf/vmlinux: BTF that it cannot parse would be worse than none.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/stddef.h>
#include <uapi/linux/btf.h>

#include "kbtf.h"

/* Size of the original btf_header; later fields are optional. */
#define HEADER_SIZE	offsetofend(struct btf_header, str_len)

static bool section_fits(u32 offset, u32 len, size_t body)
{
	return len && offset <= body && len <= body - offset;
}

/**
 * kbtf_check() - validate raw BTF
 * @data: its first byte
 * @size: its size in bytes
 *
 * These are the checks of btf_parse_hdr() in kernel/bpf/btf.c that are about where
 * the sections are. The types themselves are not checked.
 *
 * Return: 0, -ENODATA if it is empty, -EBADMSG if it is not BTF, has the other byte
 * order, or is truncated.
 */
int kbtf_check(const void *data, size_t size)
{
	const struct btf_header *header = data;
	const char *strings;
	size_t body;

	if (!size)
		return -ENODATA;

	if (size < HEADER_SIZE || header->magic != BTF_MAGIC ||
	    header->version != BTF_VERSION || header->hdr_len < HEADER_SIZE ||
	    header->hdr_len > size)
		return -EBADMSG;

	body = size - header->hdr_len;
	if (!IS_ALIGNED(header->type_off, sizeof(u32)) ||
	    !section_fits(header->type_off, header->type_len, body) ||
	    !section_fits(header->str_off, header->str_len, body))
		return -EBADMSG;

	/* The first string is empty, the last one NUL-terminated. */
	strings = data + header->hdr_len + header->str_off;
	if (strings[0] || strings[header->str_len - 1])
		return -EBADMSG;

	return 0;
}
