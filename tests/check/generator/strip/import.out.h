#ifdef NEVER
#import <a//b.h>
#include_next <a//b.h>
#endif
