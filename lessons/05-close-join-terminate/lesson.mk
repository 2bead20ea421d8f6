$(B)/lessons/05-close-join-terminate/lesson: $(addprefix $(B)/lessons/05-close-join-terminate/, \
	tasks.o gone.o orders.o client_dies.o)
