$(B)/lessons/08-what-processes-keep/lesson: \
	$(B)/lessons/08-what-processes-keep/look.o
