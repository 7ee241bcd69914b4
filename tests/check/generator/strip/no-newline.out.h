int a;
int c;