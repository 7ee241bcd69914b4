int a; /*
*/ # define c
int d;
