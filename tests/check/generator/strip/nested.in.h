int a; /* /* b */ int c; /* // */ int d; // /* e
int f;
