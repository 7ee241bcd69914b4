#ifdef NEVER
#import <a//b.h> // c
#include_next <a//b.h> /* c */
#endif
