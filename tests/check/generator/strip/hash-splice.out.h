#\
define A /*
*/ 1
int c;
