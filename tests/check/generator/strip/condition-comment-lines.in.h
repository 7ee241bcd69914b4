#if a /* b
 c */ && d
int e;
#endif
