# Lesson 12 is two programs: the client, which needs no MPI, and the ranks,
# which mpirun starts. Where there is no mpicc, the client says what to install.
LESSON12  = $(B)/lessons/12-beyond-one-machine
PACKAGES += libopenmpi-dev openmpi-bin

$(LESSON12)/lesson: $(LESSON12)/tasks.o $(LESSON12)/mpirun.o
ifneq ($(shell command -v mpicc),)
lesson12 lessons-build: $(LESSON12)/mpi-ranks
endif

# Without sanitizers: MPI itself does not free all it takes. Not named like its
# source, since lessons.mk has a rule for that.
$(LESSON12)/mpi-ranks: lessons/12-beyond-one-machine/ranks.c \
		lessons/12-beyond-one-machine/tasks.c \
		$(wildcard lessons/12-beyond-one-machine/*.h) lib/pool.h
	@mkdir -p $(@D)
	@OMPI_CC=$(CC) mpicc -std=gnu11 $(WARN) $(CFLAGS) $(LESSON_WARN) -Ilib \
		-o $@ $(filter %.c,$^)
