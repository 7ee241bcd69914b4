#define A(x) do { /* b \
		     c */ \
	d(x); \
} while (0)
int e;
