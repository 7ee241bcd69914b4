# define B 1
# define D 1
 #define F 1

 #define H 1
