@\// c
int b;
