#if __has_include(<a//b.h>) /* c */
int a; /* b */
#endif
