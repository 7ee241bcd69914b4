const char *a = "é";
