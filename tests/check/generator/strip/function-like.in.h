#define A(b) b
#define C /**/(d) d
#define E/**/(f) f
