# The benchmark: our promises about speed and memory beside their references.
#
#   make bench ROWS="map-chunk1 apply" WORKERS=2 QUICK=1 DETAIL=1
#
# GLib (libglib2.0-dev), Perl's MCE (libmce-perl), gcc's OpenMP and python3 are
# used where they are installed; nothing of it is needed.

BENCH     = $(B)/plots/bench/bench
BENCH_OBJ = $(patsubst %.c,$(B)/%.o,$(wildcard plots/bench/*.c))
BENCH_OPTIONS = $(if $(QUICK),--quick) $(if $(DETAIL),--detail) \
	$(if $(WORKERS),--workers $(WORKERS)) $(if $(REPEAT),--repeat $(REPEAT))

.PHONY: bench bench-list bench-instructions

bench: $(BENCH) ## chart: speed and memory beside others [ROWS= QUICK=1]
	rm -f $(B)/plots/bench.csv
	$(BENCH) $(BENCH_OPTIONS) --csv $(B)/plots/bench.csv $(ROWS)

bench-list: $(BENCH) ## chart: what each row of the benchmark compares
	$(BENCH) --list

bench-instructions: $(BENCH) ## chart: instructions per item, by valgrind [ROWS=]
	BENCH=$(BENCH) WORKERS=$(WORKERS) sh plots/bench/instructions.sh $(ROWS)

# OpenMP is always gcc's, whatever compiles the rest: it is the reference.
$(B)/plots/bench/ref_openmp.o: CC := $(if $(BENCH_OPENMP),gcc,$(CC))
$(B)/plots/bench/ref_openmp.o: FOLDER_CFLAGS = -D_GNU_SOURCE \
	$(if $(BENCH_OPENMP),-fopenmp,-Wno-unknown-pragmas)
BENCH_OPENMP = $(shell echo 'int main(void) {}' | \
	gcc -fopenmp -x c -o /dev/null - 2>/dev/null && echo -lgomp)
BENCH_GLIB   = $(shell pkg-config --$(1) glib-2.0 2>/dev/null)

$(B)/plots/bench/%.o: FOLDER_CFLAGS = -D_GNU_SOURCE $(call BENCH_GLIB,cflags)

$(BENCH): $(BENCH_OBJ) $(LIBPOOL)
	echo "  ld $@"
	$(LINK) -o $@ $^ $(call BENCH_GLIB,libs) $(BENCH_OPENMP)

# That the benchmark works; it measures nothing.
.PHONY: test-bench
TEST_TARGETS += test-bench
test-bench: $(BENCH) $(B)/plots/bench/test/stats ## develop: every row of the benchmark runs
	sh plots/bench/test/bench.sh $^

$(B)/plots/bench/test/stats: $(B)/plots/bench/test/stats.o $(B)/plots/bench/stats.o
	echo "  ld $@"
	$(LINK) -o $@ $^
# The charts: measured, kept as CSV, drawn by gnuplot. plots/README.md reads
# each of them.
#
#   make plots QUICK=1 CHARTS="1 4" WORKERS=2 REPEAT=10 SEED=7
#   make plots FROM=build/plots/run-….csv      draws again what was measured
#   make compare RUNS="a.csv b.csv" CHARTS="1 4"

CHARTS_OUT  = $(BUILD)/plots
CHARTS_OBJ  = $(patsubst %.c,$(B)/%.o,$(wildcard plots/charts/*.c))
DRAW_OBJ    = $(filter $(B)/plots/charts/draw%,$(CHARTS_OBJ))
MEASURE_OBJ = $(filter-out $(DRAW_OBJ),$(CHARTS_OBJ)) $(addprefix \
	$(B)/plots/bench/,work.o stats.o ours.o ref_glib.o ref_script.o)
MEASURE     = $(B)/plots/charts/measure
DRAW        = $(B)/plots/charts/draw
PACKAGES   += gnuplot-nox
TEST_TARGETS += test-plots

.PHONY: plots compare plots-pictures test-plots

plots: $(MEASURE) $(DRAW) ## chart: measure and draw [QUICK=1 CHARTS="1 4" FROM=run.csv]
	MEASURE=$(MEASURE) DRAW=$(DRAW) OUT=$(CHARTS_OUT) FROM='$(FROM)' \
		CHARTS='$(CHARTS)' QUICK='$(QUICK)' SEED='$(SEED)' \
		WORKERS='$(WORKERS)' REPEAT='$(REPEAT)' TERM='$(TERM)' \
		sh plots/charts/plots.sh

compare: $(DRAW) ## chart: runs side by side: RUNS="a.csv b.csv" [CHARTS=]
	$(DRAW) --out $(CHARTS_OUT)/compare $(if $(filter dumb,$(TERM)),--dumb) \
		$(if $(CHARTS),--charts '$(CHARTS)') --compare $(RUNS)

plots-pictures: ## develop: measure here, and renew the pictures of the texts
	rm -rf $(BUILD)/plots/pictures
	$(MAKE) --no-print-directory plots CHARTS_OUT=$(BUILD)/plots/pictures
	cp $(BUILD)/plots/pictures/*.png plots/pictures/
	cp $(BUILD)/plots/pictures/run-*.csv plots/pictures/run.csv
	echo "plots/README.md names their run: $$(sed -n 's/^# date: //p' plots/pictures/run.csv)"

test-plots: $(MEASURE) $(DRAW) $(B)/plots/charts/test/rule # a tiny run: measured, drawn, compared
	MEASURE=$(MEASURE) DRAW=$(DRAW) RULE=$(B)/plots/charts/test/rule \
		sh plots/charts/test/plots.sh

$(B)/plots/charts/%.o: FOLDER_CFLAGS = -D_GNU_SOURCE -DFLAGS='"$(CFLAGS)"'

$(MEASURE): $(MEASURE_OBJ) $(LIBPOOL)
	echo "  ld $@"
	$(LINK) -o $@ $^ $(call BENCH_GLIB,libs) -lpthread -lm

$(B)/plots/charts/test/rule: $(addprefix $(B)/plots/charts/,test/rule.o draw_rule.o)
	echo "  ld $@"
	$(LINK) -o $@ $^ -lm

$(DRAW): $(DRAW_OBJ) $(B)/plots/charts/list.o $(B)/plots/bench/stats.o
	echo "  ld $@"
	$(LINK) -o $@ $^ -lm
