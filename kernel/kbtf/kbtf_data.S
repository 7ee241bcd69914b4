/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * BTF, mapped page by page and followed by nothing but zeros in its last one; and
 * the notes of the vmlinux that it is from. The symbols of the BTF are those that
 * objcopy would give to a file .btf.kernel.bin.
 */
#include <linux/const.h>
#include <linux/linkage.h>
#include <asm/page.h>

	.section .note.GNU-stack, "", %progbits
	.section .kbtf, "a", %progbits
	.balign	PAGE_SIZE, 0
SYM_DATA_START(_binary__btf_kernel_bin_start)
	.incbin	KBTF_BTF
SYM_DATA_END_LABEL(_binary__btf_kernel_bin_start, SYM_L_GLOBAL, _binary__btf_kernel_bin_end)
	.balign	PAGE_SIZE, 0
SYM_DATA_START(kbtf_notes)
	.incbin	KBTF_NOTES
SYM_DATA_END_LABEL(kbtf_notes, SYM_L_GLOBAL, kbtf_notes_end)
