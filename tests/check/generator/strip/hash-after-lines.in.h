int a; /* b
*/ # define c
int d;
