 #define A 1 /*
*/ + 2
 # define C
int d;
