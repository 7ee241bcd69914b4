#define A(x) do { \
 b(x); \
 d(x); \
} while (0)
int f;
