#include <a//b.h>
#include "d//e.h"
# include <h/*i.h>
int j;
