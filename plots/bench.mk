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
