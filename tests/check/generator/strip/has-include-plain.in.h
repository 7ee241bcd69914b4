#if __has_include(<stdio.h>) /* c */
int a; /* b */
#endif
