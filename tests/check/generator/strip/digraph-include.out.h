%:include <a//b.h>
