#if __has_include(<stdio.h>)
int a;
#endif
