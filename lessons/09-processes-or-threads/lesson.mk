$(B)/lessons/09-processes-or-threads/lesson: \
	$(B)/lessons/09-processes-or-threads/threads.o \
	$(B)/lessons/09-processes-or-threads/shared.o
