#ifdef NEVER
#embed <a//b>
#endif
