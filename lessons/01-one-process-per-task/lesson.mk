$(B)/lessons/01-one-process-per-task/lesson: $(B)/lessons/01-one-process-per-task/surprises.o
