# Lesson 4 counts the chunks of its maps in a file of its own.
$(B)/lessons/04-map-and-chunks/lesson: $(B)/lessons/04-map-and-chunks/cut.o
