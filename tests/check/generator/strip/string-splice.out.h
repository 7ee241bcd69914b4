const char *a = "one \
/* two */   // three"; int b;
