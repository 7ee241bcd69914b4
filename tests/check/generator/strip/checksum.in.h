/* a */
int  b; // c
// 0123456789abcdef0123456789abcdef01234567
