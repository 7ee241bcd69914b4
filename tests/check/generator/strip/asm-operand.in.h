.macro load reg
	movq	(%rsi), /* two
 lines */ \reg
.endm
