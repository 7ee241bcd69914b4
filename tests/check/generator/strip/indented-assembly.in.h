#ifdef __ASSEMBLER__
	mov $1, %eax /* a */
b:		ret
#endif
