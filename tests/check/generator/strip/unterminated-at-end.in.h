int  a; /* b */
const char *c = "d