int a; /*
*/ int d;
int f;
#define G \
 1
