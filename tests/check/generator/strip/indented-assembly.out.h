#ifdef __ASSEMBLER__
 mov $1, %eax
b: ret
#endif
