# Lesson 12 is two programs: the client, which needs no MPI, and the ranks,
# which mpirun starts. Where there is no mpicc the other lessons still build.
LESSON12  = $(B)/lessons/12-beyond-one-machine
PACKAGES += libopenmpi-dev openmpi-bin
LESSON12_NEEDS = { echo "Lesson 12 needs Open MPI (on Debian:" \
	"apt install libopenmpi-dev openmpi-bin)." >&2; exit 1; }

$(LESSON12)/lesson: $(LESSON12)/tasks.o $(LESSON12)/launch.o
lesson12: $(LESSON12)/mpi-ranks
ifneq ($(shell command -v mpicc),)
lessons-build: $(LESSON12)/mpi-ranks
endif

.PHONY: lesson12-needs
lesson12-needs:
	@command -v mpicc >/dev/null && command -v mpirun >/dev/null || \
		$(LESSON12_NEEDS)

# Without sanitizers: MPI itself does not free all it takes. Not named like its
# source, since lessons.mk has a rule for that.
$(LESSON12)/mpi-ranks: lessons/12-beyond-one-machine/ranks.c \
		lessons/12-beyond-one-machine/tasks.c \
		$(wildcard lessons/12-beyond-one-machine/*.h) lib/pool.h | lesson12-needs
	@mkdir -p $(@D)
	@OMPI_CC=$(CC) mpicc -std=gnu11 $(WARN) $(CFLAGS) -Ilib -o $@ \
		$(filter %.c,$^)
