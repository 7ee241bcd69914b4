#define A(b) \
	c(b) /* d
	 e */ f(b) \
	g(b)
int h;
