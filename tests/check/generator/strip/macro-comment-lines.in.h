#define A 1 /* b
	       c */ + 2
int d;
#define E 1 /* f
	       g */
int h;
