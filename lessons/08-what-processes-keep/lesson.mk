$(B)/lessons/08-what-processes-keep/lesson: $(addprefix $(B)/lessons/08-what-processes-keep/, \
	count.o look.o nested.o)
