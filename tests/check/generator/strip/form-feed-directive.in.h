#define A 1 /* b
*/ + 2
int c;
