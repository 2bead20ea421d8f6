$(B)/lessons/06-when-tasks-fail/lesson: $(B)/lessons/06-when-tasks-fail/tasks.o $(B)/lessons/06-when-tasks-fail/killed.o
