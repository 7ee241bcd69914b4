#define A 1 \ 
	+ 2 /* b */
int c;
