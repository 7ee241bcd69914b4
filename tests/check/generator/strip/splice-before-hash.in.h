\
#include <a//b.h> // c
