#ifdef __ASSEMBLY__
.macro A b
 mov $1, %\b
.endm
#endif
