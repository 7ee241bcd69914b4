  #define A 1 /* b
*/ + 2
	# define C
int d;
