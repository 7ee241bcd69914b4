/***/int a;/****/int b;/** c **/int d;
