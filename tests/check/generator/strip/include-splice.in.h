#incl\
ude <a//b.h> /* c */
