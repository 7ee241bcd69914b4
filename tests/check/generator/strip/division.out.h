int a = b / c; int d = e /f; int g = h/ *i;
