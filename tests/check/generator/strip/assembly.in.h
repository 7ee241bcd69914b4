#ifdef __ASSEMBLY__
.macro A b /* c */
	mov $1, %\b
.endm
#endif
