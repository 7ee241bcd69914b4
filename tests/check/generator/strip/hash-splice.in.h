#\
define A /* b
*/ 1
int c;
