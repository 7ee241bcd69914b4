\
#include <a//b.h>
