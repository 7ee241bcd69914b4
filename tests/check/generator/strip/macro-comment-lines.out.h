#define A 1 /*
*/ + 2
int d;
#define E 1

int h;
