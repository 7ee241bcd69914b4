int a;
x+ +y;
#define A a b
