$(B)/lessons/07-queues/lesson: $(B)/lessons/07-queues/pipes.o
