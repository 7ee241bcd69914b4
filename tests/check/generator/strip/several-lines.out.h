int a; /*

*/ int b;
