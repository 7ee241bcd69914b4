/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KBTF_H
#define _KBTF_H

#include <linux/types.h>

int kbtf_check(const void *data, size_t size);
int kbtf_check_build_id(const void *notes, size_t size);

#endif /* _KBTF_H */
