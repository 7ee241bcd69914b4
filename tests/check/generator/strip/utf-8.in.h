/* é€ */ const char *a = "é  €"; // ∑
int été;
