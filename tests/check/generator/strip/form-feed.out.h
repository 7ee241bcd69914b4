int a;

int c;
