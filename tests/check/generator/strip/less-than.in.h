#if a < b // c > d
#endif
int e = f < g; /* h > i */
