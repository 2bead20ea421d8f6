$(B)/lessons/07-queues/lesson: $(B)/lessons/07-queues/pipes.o \
	$(B)/lessons/07-queues/tasks.o
