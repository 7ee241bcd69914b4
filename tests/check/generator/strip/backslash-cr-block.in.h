@\/* c */
int b;
