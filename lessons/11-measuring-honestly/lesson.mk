# Lesson 11 measures with the charts' own parts, not with copies of them. They
# need no more than a C compiler; GLib is linked where they found it.
LESSON11 = $(B)/lessons/11-measuring-honestly

$(LESSON11)/lesson: LESSON_LIBS += $(call BENCH_GLIB,libs)
$(LESSON11)/lesson: $(LESSON11)/repeat.o $(LESSON11)/amdahl.o \
	$(addprefix $(B)/plots/charts/,cells.o one.o order.o variants.o \
		run_pool.o run_process.o draw_says.o draw_values.o) \
	$(addprefix $(B)/plots/bench/,work.o stats.o ours.o ref_glib.o \
		ref_script.o)
