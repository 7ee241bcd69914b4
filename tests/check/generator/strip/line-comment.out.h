int a;
int c;

int f;
