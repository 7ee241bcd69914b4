int  a; /* b */
const char *c = "d;
int e;
