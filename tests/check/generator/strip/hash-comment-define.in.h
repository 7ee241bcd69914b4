#/* a */define B 1
# /* c */ define D 1
/* e */ #define F 1
/* g
 */ #define H 1
