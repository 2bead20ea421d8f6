$(B)/lessons/03-blocking-and-async/lesson: $(B)/lessons/03-blocking-and-async/compare.o
