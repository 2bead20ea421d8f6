# Charts and benchmark: one program measures for both. plots/README.md reads the
# charts.
#
#   make plots QUICK=1 CHARTS="1 4" WORKERS=2 REPEAT=10 SEED=7
#   make plots FROM=build/plots/run-….csv      draws again what was measured
#   make compare RUNS="a.csv b.csv" CHARTS="1 4"
#   make bench ROWS="map-chunk1 apply" WORKERS=2 QUICK=1 DETAIL=1 SEED=7
#   make bench POOL=mine, make plots POOL=mine      your pool of exercise 11, too
#
# gnuplot draws. GLib (libglib2.0-dev), Perl's MCE (libmce-perl), gcc's OpenMP
# and python3 are used where they are installed.

PLOTS_OUT     = $(BUILD)/plots
PLOTS_MINE    = $(filter mine,$(POOL))
PLOTS         = $(B)/plots/plots$(if $(PLOTS_MINE),-mine)
PLOTS_OPTIONS = $(if $(QUICK),--quick) $(if $(WORKERS),--workers '$(WORKERS)') \
	$(if $(REPEAT),--repeat '$(REPEAT)') $(if $(SEED),--seed '$(SEED)')
PLOTS_CHARTS  = $(if $(CHARTS),--charts '$(CHARTS)')
PACKAGES     += gnuplot-nox
TEST_TARGETS += test-bench test-plots

.PHONY: bench bench-list bench-instructions plots compare plots-list \
	plots-pictures test-bench test-plots

bench: $(PLOTS) ## chart: speed and memory beside others [ROWS= QUICK=1]
	$(PLOTS) bench $(PLOTS_OPTIONS) $(if $(DETAIL),--detail) \
		--out '$(B)/plots/bench.csv' $(ROWS)

bench-list: $(PLOTS) ## chart: what each row of the benchmark compares
	$(PLOTS) list-bench

bench-instructions: $(PLOTS) ## chart: instructions per item, by valgrind [ROWS=]
	BENCH='$(PLOTS) bench' WORKERS='$(WORKERS)' \
		sh plots/bench/instructions.sh $(ROWS)

plots: $(PLOTS) $(B)/plots/task ## chart: measure and draw [QUICK=1 CHARTS="1 4" FROM=run.csv]
	PLOTS='$(PLOTS)' OUT='$(PLOTS_OUT)' FROM='$(FROM)' TERM='$(TERM)' \
		sh plots/plots.sh $(PLOTS_CHARTS) $(if $(FROM),,$(PLOTS_OPTIONS))

compare: $(PLOTS) ## chart: runs side by side: RUNS="a.csv b.csv" [CHARTS=]
	$(PLOTS) compare --out '$(PLOTS_OUT)/compare' $(PLOTS_CHARTS) \
		$(if $(filter dumb,$(TERM)),--dumb) $(RUNS)

plots-list: $(PLOTS) ## chart: the charts, and the variants in each
	$(PLOTS) list

plots-pictures: ## develop: measure here, and renew the pictures of the texts
	rm -rf '$(BUILD)/plots/pictures'
	$(MAKE) --no-print-directory plots PLOTS_OUT='$(BUILD)/plots/pictures'
	cp '$(BUILD)'/plots/pictures/*.png plots/pictures/
	gzip -9nc '$(BUILD)'/plots/pictures/run-*.csv >plots/pictures/run.csv.gz
	python3 plots/animate.py '$(BUILD)'/plots/pictures/run-*.csv \
		>plots/pictures/fork-or-pool.svg

# They judge no times.
PLOTS_TESTS   = $(PLOTS) $(B)/plots/task \
	$(B)/plots/test/functions $(B)/plots/test/rule $(B)/plots/test/plots-mine
test-bench: $(PLOTS_TESTS) ## develop: every row of the benchmark runs
	PLOTS='$(PLOTS)' MINE='$(B)/plots/test/plots-mine' sh plots/test/bench.sh

test-plots: $(PLOTS_TESTS) # a tiny run: measured, drawn, compared
	PLOTS='$(PLOTS)' TESTS='$(B)/plots/test' sh plots/test/plots.sh

# --- the program. Lesson 12 measures with libplots.a as well.

PLOTS_OBJ  = $(patsubst %.c,$(B)/%.o,$(filter-out %/task.c,\
	$(wildcard plots/measure/*.c plots/draw/*.c plots/bench/*.c)))
PLOTS_MAIN = $(patsubst %.c,$(B)/%.o,plots/main.c $(wildcard plots/charts/*.c))
PLOTS_LIBS = $(call PLOTS_GLIB,libs) $(PLOTS_OPENMP) -lpthread -lm

$(B)/plots/%.o: FOLDER_CFLAGS = -D_GNU_SOURCE $(call PLOTS_GLIB,cflags) \
	-DFLAGS='"$(CFLAGS)"'

# OpenMP is always gcc's, whatever compiles the rest: it is the reference.
PLOTS_CC    := $(CC)
PLOTS_OPENMP = $(shell echo 'int main(void) {}' | \
	gcc -fopenmp -x c -o /dev/null - 2>/dev/null && echo -lgomp)
$(B)/plots/measure/openmp.o: private override SANITIZE =
$(B)/plots/measure/openmp.o: private override CC = $(if $(PLOTS_OPENMP),gcc,$(PLOTS_CC))
$(B)/plots/measure/openmp.o: FOLDER_CFLAGS = -D_GNU_SOURCE \
	$(if $(PLOTS_OPENMP),-fopenmp,-Wno-unknown-pragmas)
PLOTS_GLIB   = $(shell pkg-config --$(1) glib-2.0 2>/dev/null)

$(B)/plots/libplots.a: $(PLOTS_OBJ)
	rm -f $@
	$(AR) rcs $@ $^

# The folder itself: a chart that was removed is not in the program any more.
$(B)/plots/plots: $(PLOTS_MAIN) $(B)/plots/libplots.a $(LIBPOOL) plots/charts
	echo "  ld $@"
	$(LINK) -o $@ $(filter %.o %.a,$^) $(PLOTS_LIBS)

$(B)/plots/task: $(B)/plots/measure/task.o $(B)/plots/measure/work.o
	echo "  ld $@"
	$(LINK) -o $@ $^

$(B)/plots/test/functions $(B)/plots/test/rule: %: %.o $(PLOTS_MAIN) \
		$(B)/plots/libplots.a $(LIBPOOL)
	echo "  ld $@"
	$(LINK) -o $@ $(filter-out %/main.o,$^) $(PLOTS_LIBS)

# --- POOL=mine: the variants once more, on the pool that lies in MINE. Its
# functions have the library's names, so that all but the table of variants is
# made local before both are linked into one program.

MINE = $(B)/mine
%/mine/pool.h %/mine/libpool.a:
	echo "POOL=mine: your pool is not built, there is no $@." >&2
	echo "First: make exercise11. Or say where it is: MINE=folder" >&2
	exit 2

define mine_rules # $1: the program, $2: the pool's folder
$1.o: plots/measure/pool.c $2/pool.h $2/libpool.a $(B)/flags
	mkdir -p $$(@D)
	echo "  cc $$< with $2/libpool.a"
	$$(CC) -I'$2' $$(ALL_CFLAGS) -D_GNU_SOURCE -DMINE -c -o $$@.pool $$<
	$$(CC) -r -nostdlib -o $$@.all $$@.pool '$2/libpool.a'
	objcopy --keep-global-symbol=mine_variants $$@.all $$@

$1: $$(PLOTS_MAIN) $1.o $(B)/plots/libplots.a $$(LIBPOOL)
	echo "  ld $$@"
	$$(LINK) -o $$@ $$^ $$(PLOTS_LIBS)
endef
$(eval $(call mine_rules,$(B)/plots/plots-mine,$(MINE)))

# The library itself as "mine", to try it out.
$(eval $(call mine_rules,$(B)/plots/test/plots-mine,$(B)/plots/test/lib))
$(B)/plots/test/lib/pool.h: lib/pool.h
	mkdir -p $(@D)
	cp $< $@
$(B)/plots/test/lib/libpool.a: $(B)/lib/libpool.a
	mkdir -p $(@D)
	cp $< $@
