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
