#include <a//b.h> /* c */
#include "d//e.h" // f
# /* g */ include <h/*i.h>
int j;
