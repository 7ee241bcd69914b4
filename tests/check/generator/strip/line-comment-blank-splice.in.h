int a; // b \ 
still a comment
int c;
