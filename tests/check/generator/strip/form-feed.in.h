int a;/* b */

int c;/* d */
