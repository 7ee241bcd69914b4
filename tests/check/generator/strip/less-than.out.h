#if a < b
#endif
int e = f < g;
