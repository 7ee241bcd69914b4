const char *a = R"x(/*  )x";
