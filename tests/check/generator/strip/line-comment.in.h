int a; // b
int c;//d
//e
int f;
