$(B)/lessons/04-map-and-chunks/lesson: $(addprefix $(B)/lessons/04-map-and-chunks/, \
	tasks.o cut.o endless.o)
