int  a; /\
* b */
int c; /* d *\
/ int e;
