int a; int c;
