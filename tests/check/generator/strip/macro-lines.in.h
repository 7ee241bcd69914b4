#define A(x) do { \
	b(x);	/* c */ \
	d(x);		\
} while (0) /* e */
int f;
