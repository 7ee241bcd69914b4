#define A 1 \

int b; /* c */
