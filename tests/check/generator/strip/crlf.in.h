int a; /* b
 c */ int d; // e
int f;
#define G \
	1
