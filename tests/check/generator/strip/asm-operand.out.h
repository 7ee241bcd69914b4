.macro load reg
 movq (%rsi), /*
*/ \reg
.endm
