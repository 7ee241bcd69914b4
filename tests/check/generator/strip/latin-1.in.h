/* é */ const char *a = "é";
