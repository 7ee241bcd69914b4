@\/**/
int b;
