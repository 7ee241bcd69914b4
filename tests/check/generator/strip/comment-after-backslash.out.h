#define A 1 \/**/
int c;
#define D 1 \ /**/
int f;
#define G 1 \// h
int i;
