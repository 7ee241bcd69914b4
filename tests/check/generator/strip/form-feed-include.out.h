#include <a//b.h>
