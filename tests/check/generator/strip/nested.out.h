int a; int c; int d;
int f;
