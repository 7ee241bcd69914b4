/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _KBTF_H
#define _KBTF_H

#include <linux/compiler.h>
#include <linux/types.h>

/*
 * Defined in kbtf_data.S. Weak, because modpost may see the module before it has
 * its data.
 */
extern const char _binary__btf_kernel_bin_start[] __weak;
extern const char _binary__btf_kernel_bin_end[] __weak;
extern const char kbtf_notes[] __weak;
extern const char kbtf_notes_end[] __weak;

int kbtf_check(const void *data, size_t size);
int kbtf_check_build_id(const void *notes, size_t size);

#endif /* _KBTF_H */
