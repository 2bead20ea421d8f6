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

bench: $(BENCH) ## speed and memory beside their references [ROWS= QUICK=1 DETAIL=1]
	@rm -f $(B)/plots/bench.csv
	@$(BENCH) $(BENCH_OPTIONS) --csv $(B)/plots/bench.csv $(ROWS)

bench-list: $(BENCH) ## what each row of the benchmark compares
	@$(BENCH) --list

bench-instructions: $(BENCH) ## instructions per item, by valgrind [ROWS=]
	@BENCH=$(BENCH) WORKERS=$(WORKERS) sh plots/bench/instructions.sh $(ROWS)

# OpenMP is always gcc's, whatever compiles the rest: it is the reference.
$(B)/plots/bench/ref_openmp.o: BENCH_CC = $(if $(BENCH_OPENMP),gcc -fopenmp,$(CC) -Wno-unknown-pragmas)
BENCH_CC     = $(CC)
BENCH_OPENMP = $(shell echo 'int main(void) {}' | \
	gcc -fopenmp -x c -o /dev/null - 2>/dev/null && echo -lgomp)
BENCH_GLIB   = $(shell pkg-config --$(1) glib-2.0 2>/dev/null)

$(B)/plots/bench/%.o: plots/bench/%.c
	@mkdir -p $(@D)
	@echo "  cc $<"
	$(Q)$(BENCH_CC) $(ALL_CFLAGS) $(call BENCH_GLIB,cflags) -D_GNU_SOURCE -c -o $@ $<

$(BENCH): $(BENCH_OBJ) $(LIBPOOL)
	@echo "  ld $@"
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(call BENCH_GLIB,libs) $(BENCH_OPENMP)

# That the benchmark works; it measures nothing.
.PHONY: test-bench
TEST_TARGETS += test-bench
test-bench: $(BENCH) $(B)/plots/bench/test/stats ## every row of the benchmark runs
	@sh plots/bench/test/bench.sh $^

$(B)/plots/bench/test/stats: $(B)/plots/bench/test/stats.o $(B)/plots/bench/stats.o
	@echo "  ld $@"
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^
# The charts: measured, kept as CSV, drawn by gnuplot. plots/README.md reads
# each of them.
#
#   make plots QUICK=1 CHARTS="1 4" WORKERS=2 REPEAT=10 SEED=7
#   make plots FROM=build/plots/run-….csv      draws again what was measured
#   make compare RUNS="a.csv b.csv" CHARTS="1 4"

CHARTS_OUT  = build/plots
CHARTS_OBJ  = $(patsubst %.c,$(B)/%.o,$(wildcard plots/charts/*.c))
DRAW_OBJ    = $(filter $(B)/plots/charts/draw%,$(CHARTS_OBJ))
MEASURE_OBJ = $(filter-out $(DRAW_OBJ),$(CHARTS_OBJ)) $(addprefix \
	$(B)/plots/bench/,work.o stats.o ours.o ref_glib.o ref_script.o)
MEASURE     = $(B)/plots/charts/measure
DRAW        = $(B)/plots/charts/draw
PACKAGES   += gnuplot-nox
TEST_TARGETS += test-plots

.PHONY: plots compare plots-pictures test-plots

plots: $(MEASURE) $(DRAW) ## measure and draw nine charts [QUICK=1 CHARTS="1 4" FROM=run.csv TERM=dumb]
	@MEASURE=$(MEASURE) DRAW=$(DRAW) OUT=$(CHARTS_OUT) FROM='$(FROM)' \
		CHARTS='$(CHARTS)' QUICK='$(QUICK)' SEED='$(SEED)' \
		WORKERS='$(WORKERS)' REPEAT='$(REPEAT)' TERM='$(TERM)' \
		sh plots/charts/plots.sh

compare: $(DRAW) ## two or more runs side by side: RUNS="a.csv b.csv"
	@$(DRAW) --out $(CHARTS_OUT)/compare $(if $(filter dumb,$(TERM)),--dumb) \
		$(if $(CHARTS),--charts '$(CHARTS)') --compare $(RUNS)

plots-pictures: ## measure on this machine, and renew the pictures in plots/pictures
	@rm -rf build/plots/pictures
	@$(MAKE) --no-print-directory plots CHARTS_OUT=build/plots/pictures
	@cp build/plots/pictures/*.png plots/pictures/
	@cp build/plots/pictures/run-*.csv plots/pictures/run.csv
	@echo "plots/README.md names their run: $$(sed -n 's/^# date: //p' plots/pictures/run.csv)"

test-plots: $(MEASURE) $(DRAW) $(B)/plots/charts/test/rule # a tiny run: measured, drawn, compared
	@MEASURE=$(MEASURE) DRAW=$(DRAW) RULE=$(B)/plots/charts/test/rule \
		sh plots/charts/test/plots.sh

$(B)/plots/charts/%.o: plots/charts/%.c
	@mkdir -p $(@D)
	@echo "  cc $<"
	$(Q)$(CC) $(ALL_CFLAGS) -D_GNU_SOURCE -DFLAGS='"$(CFLAGS)"' -c -o $@ $<

$(MEASURE): $(MEASURE_OBJ) $(LIBPOOL)
	@echo "  ld $@"
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(call BENCH_GLIB,libs) -lpthread -lm

$(B)/plots/charts/test/rule: $(addprefix $(B)/plots/charts/,test/rule.o draw_rule.o)
	@echo "  ld $@"
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ -lm

$(DRAW): $(DRAW_OBJ) $(B)/plots/charts/list.o $(B)/plots/bench/stats.o
	@echo "  ld $@"
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ -lm
