# Grading a class. See exercises/grade/README.md.

PACKAGES     += bubblewrap libarchive-dev libelf-dev libseccomp-dev parallel python3
TEST_TARGETS += test-grade

GR       := $(B)/exercises/grade
GR_GRADE  = $(patsubst %.c,$(B)/%.o,$(wildcard exercises/grade/grade_*.c \
	exercises/grade/task_*.c)) \
	$(patsubst %,$(GR)/%.o,child files names csv progress)

SUBMISSIONS =
OUT         =
PARTS       =
EXERCISES   =
JOBS        =
SHARD       =
UNSAFE      =
BWRAP       =

# Settings come through the environment, where make puts what stands behind it:
# a folder may be called "O'Neill's class".

# The reports of shards are those of the whole, once they are merged.
GR_RENDER = $(if $(SHARD),true,$(GR)/render "$$OUT")

.PHONY: grade grade-merge grade-build test-grade test-class

$(GR)/grade: $(GR_GRADE) $(B)/lib/libpool.a
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ -ljansson -lpthread

$(GR)/sandbox: $(GR)/box_main.o $(GR)/box_inside.o $(EX_COMMON)/filter.o
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ -lseccomp

$(GR)/unpack: $(GR)/unpack.o $(GR)/names.o
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ -larchive

grade-build: $(EX_READY) $(EX_COMMON)/inspect \
	$(patsubst %,$(GR)/%,grade sandbox unpack render)

grade: ## grade a class (SUBMISSIONS=folder OUT=folder; see exercises/grade)
	@$(MAKE) -s grade-build >/dev/null || { echo "The grader cannot be built;" \
		"make setup installs what it needs."; exit 2; }
	@$(GR)/grade --build '$(B)' --compiler '$(CC)' --sanitize '$(SANITIZE)' \
		--submissions "$$SUBMISSIONS" --out "$$OUT" \
		--exercises "$$EXERCISES" --jobs "$$JOBS" --shard "$$SHARD" \
		--seed "$$SEED" --unsafe "$$UNSAFE" $(if $(BWRAP),--bwrap "$$BWRAP") \
		--checks "$$CHECKS"; \
		status=$$?; [ $$status -gt 1 ] || $(GR_RENDER) || status=1; \
		exit $$status

grade-merge: ## one OUT=folder out of several shards': PARTS="folder folder"
	@$(MAKE) -s grade-build >/dev/null
	@$(GR)/grade --out "$$OUT" --merge "$$PARTS" && $(GR)/render "$$OUT"

test-grade: grade-build # layouts, interruptions, shards, refusals, full disks
	@B='$(B)' CC='$(CC)' sh tests/grade/test.sh $(TEST)

test-class: grade-build ## a class as classes are gets its marks, twice: STUDENTS=200 [SEED=]
	@B='$(B)' CC='$(CC)' STUDENTS='$(or $(STUDENTS),200)' SEED='$(SEED)' \
		sh tests/grade/test.sh class
