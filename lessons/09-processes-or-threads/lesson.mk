$(B)/lessons/09-processes-or-threads/lesson: $(addprefix $(B)/lessons/09-processes-or-threads/, \
	mandelbrot.o threads.o shared.o)
