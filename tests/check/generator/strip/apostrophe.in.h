#error you don't want this /* really */
int  a;
