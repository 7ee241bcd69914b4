char a = '"'; /* b */ char c = '\''; /* d */ int e = L'x'; /* f */ char g = '\\'; /* h */ int i = '/*'; /* j */
