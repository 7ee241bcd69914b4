#define A 1 \/* b */
int c;
#define D 1 \ /* e */
int f;
#define G 1 \// h
int i;
