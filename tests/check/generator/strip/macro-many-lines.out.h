#define A(b) \
 c(b) /*
*/ f(b) \
 g(b)
int h;
