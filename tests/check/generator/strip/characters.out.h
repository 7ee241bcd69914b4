char a = '"'; char c = '\''; int e = L'x'; char g = '\\'; int i = '/*';
