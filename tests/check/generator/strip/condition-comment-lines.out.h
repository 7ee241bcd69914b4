#if a /*
*/ && d
int e;
#endif
