int a; */ int b;
int *d = e * f;
