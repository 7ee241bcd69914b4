/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The archive, in a section of its own:
 *
 *	zeros, IKHD_ST | archive | IKHD_ED, zeros
 *	               ^ page boundary           ^ page boundary
 *
 * So the archive can be mapped from its first byte and its last page shows
 * nothing else of the kernel, and tools can find it in an image by the markers.
 * The section is not called .rodata.something because linker scripts would
 * merge it into .rodata then.
 */
#include <linux/const.h>
#include <linux/linkage.h>
#include <asm/page.h>

	.section .note.GNU-stack, "", %progbits
	.section .kheaders, "a", %progbits
	.balign	PAGE_SIZE, 0
	.skip	PAGE_SIZE - 8, 0
	.asciz	"IKHD_ST"
SYM_DATA_START(kheaders_data)
	.incbin	KHEADERS_ARCHIVE
SYM_DATA_END_LABEL(kheaders_data, SYM_L_GLOBAL, kheaders_data_end)
	.asciz	"IKHD_ED"
	.balign	PAGE_SIZE, 0
