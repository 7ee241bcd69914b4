const char *a = "/* no comment */  //  none";
const char *b = "\"/* no \\";/* yes */
