#define A(x) do { /*\
*/ \
 d(x); \
} while (0)
int e;
