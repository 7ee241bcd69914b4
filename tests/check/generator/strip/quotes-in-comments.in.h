/* don't "quote */ int a; // it's "open
int b; /* " */ int c; /* ' */ int d;
