# The exercises: a driver, a judge and a student's file each. See README.md.

PACKAGES     += libjansson-dev libseccomp-dev inotify-tools
# Without the solutions, as students have it, there is nothing to test.
TEST_TARGETS += $(if $(wildcard solutions),test-exercises)

EX_DIRS   := $(patsubst %/check.c,%,$(sort $(wildcard exercises/[0-9][0-9]-*/check.c)))
EX_NUMBERS := $(foreach dir,$(EX_DIRS),$(patsubst 0%,%,$(firstword \
	$(subst -, ,$(notdir $(dir))))))
EX_COMMON := $(B)/exercises/common
EX_JUDGE   = $(patsubst %.c,$(B)/%.o,$(wildcard exercises/common/judge_*.c)) \
	$(EX_COMMON)/filter.o $(EX_COMMON)/wire.o
EX_RUN     = B='$(B)' CC='$(CC)' SANITIZE='$(SANITIZE)' CHECK='$(CHECK)' \
	SEED='$(SEED)' sh exercises/exercise.sh
# Not yet full marks; or a reader had seen enough.
EXERCISE_STATUS    = { s=$$?; case $$s in 1|141) ;; *) exit $$s ;; esac; }
RUNS       = 1
# Checks of your own: CHECKS=folder with NN-name/extra.c. See README.md.
CHECKS     =

.PHONY: exercises progress test-exercises

$(B)/exercises/%.o: FOLDER_CFLAGS = -Iexercises/common -I$(<D)

# No .d file of it: that would name a folder that may be gone tomorrow.
$(B)/exercises/%/extra.o: $(CHECKS)/%/extra.c exercises/common/judge.h \
		$(EX_COMMON)/checks.stamp
	mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Iexercises/common \
		-Iexercises/$* -c -o $@ $<

$(EX_COMMON)/report: $(EX_COMMON)/report.o
	$(LINK) -o $@ $^ -ljansson

$(EX_COMMON)/inspect: $(EX_COMMON)/inspect.o
	$(LINK) -o $@ $^ -lelf

# What the header of an exercise asks for: what its driver calls and its header
# names.
$(B)/exercises/%/asked.txt: $(B)/exercises/%/driver.o
	nm -u $< | while read -r _ name; do \
		grep -qw "$$name" exercises/$*/*.h && echo "$$name"; done >$@.new; \
		test -s $@.new && mv $@.new $@

# A judge with other checks is another judge.
$(EX_COMMON)/checks.stamp: FORCE
	mkdir -p $(@D)
	echo '$(CHECKS)' | cmp -s - $@ || echo '$(CHECKS)' >$@

define EX_RULES
$(B)/$(1)/judge: $(B)/$(1)/check.o $$(EX_JUDGE) $(EX_COMMON)/checks.stamp \
		$$(if $$(CHECKS),$$(if $$(wildcard $$(CHECKS)/$(notdir $(1))/extra.c),$(B)/$(1)/extra.o))
	$$(LINK) -o $$@ $$(filter %.o,$$^) -ljansson -lseccomp

$(B)/$(1)/ready: $(B)/$(1)/judge $(B)/$(1)/driver.o $(EX_COMMON)/driver.o \
		$(EX_COMMON)/wire.o $(EX_COMMON)/report $(B)/$(1)/asked.txt
	touch $$@
endef
$(foreach dir,$(EX_DIRS),$(eval $(call EX_RULES,$(dir))))

EX_READY = $(EX_DIRS:%=$(B)/%/ready)

exercises: $(EX_READY) ## teach: build all that the exercises need

# What is built before a check, without its commands on the student's screen.
$(EX_NUMBERS:%=exercise%): exercise%: need-libraries
	$(MAKE) -s $(B)/$(wildcard exercises/0$*-* exercises/$*-*)/ready >/dev/null
	$(MAKE) -s $(EX_COMMON)/inspect >/dev/null 2>&1 || : # needs libelf
	$(EX_RUN) check $* || $(EXERCISE_STATUS)

$(EX_NUMBERS:%=hint%): hint%: FORCE
	$(EX_RUN) hint $* || $(EXERCISE_STATUS)

$(EX_NUMBERS:%=watch%): watch%: need-libraries
	$(EX_RUN) watch $*

$(EX_NUMBERS:%=reset%): reset%: FORCE
	$(EX_RUN) reset $*

.PHONY: exerciseN hintN watchN resetN need-libraries
exerciseN: ## learn: check exercise N [CHECK=name SEED=n SANITIZE=address]
hintN: ## learn: the next of three hints
watchN: ## learn: check again at every save
resetN: ## learn: the starter again; your file is kept beside it
exerciseN hintN watchN resetN: exercise-unknown
exercise% hint% watch% reset%:
	echo "The exercises are 1 to $(lastword $(EX_NUMBERS)): make exercise1"; exit 2

need-libraries:
	printf '#include <jansson.h>\n#include <seccomp.h>\n' | \
		$(CC) -E -x c - >/dev/null 2>&1 || { \
		echo "The exercises need two libraries. Either of these brings them:"; \
		echo "  make setup"; \
		echo "  apt install libjansson-dev libseccomp-dev"; exit 2; }

progress: $(EX_COMMON)/report ## learn: which exercises are done, and which is next
	$(EX_RUN) progress || $(EXERCISE_STATUS)

test-exercises: $(EX_READY) ## develop: the marks of all known solutions [RUNS=n]
	B='$(B)' CC='$(CC)' SANITIZE='$(SANITIZE)' RUNS='$(RUNS)' \
		sh tests/exercises.sh
# Grading a class. See exercises/grade/README.md.

PACKAGES     += bubblewrap libarchive-dev libelf-dev libseccomp-dev parallel python3
TEST_TARGETS += test-grade

GRADER   := $(B)/exercises/grade
GRADE_OBJ  = $(patsubst %.c,$(B)/%.o,$(wildcard exercises/grade/grade_*.c \
	exercises/grade/task_*.c)) \
	$(patsubst %,$(GRADER)/%.o,child files names csv progress)

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
GRADE_RENDER = $(if $(SHARD),true,$(GRADER)/render "$$OUT")

.PHONY: grade grade-merge grade-build test-grade test-class

$(GRADER)/grade: $(GRADE_OBJ) $(B)/lib/libpool.a
	$(LINK) -o $@ $^ -ljansson -lpthread

$(GRADER)/sandbox: $(GRADER)/box_main.o $(GRADER)/box_inside.o $(EX_COMMON)/filter.o
	$(LINK) -o $@ $^ -lseccomp

$(GRADER)/unpack: $(GRADER)/unpack.o $(GRADER)/names.o
	$(LINK) -o $@ $^ -larchive

grade-build: $(EX_READY) $(EX_COMMON)/inspect \
	$(patsubst %,$(GRADER)/%,grade sandbox unpack render)

grade: ## teach: grade a class: SUBMISSIONS=folder OUT=folder
	$(MAKE) -s grade-build >/dev/null || { echo "The grader cannot be built;" \
		"make setup installs what it needs."; exit 2; }
	$(GRADER)/grade --build '$(B)' --compiler '$(CC)' --sanitize '$(SANITIZE)' \
		--submissions "$$SUBMISSIONS" --out "$$OUT" \
		--exercises "$$EXERCISES" --jobs "$$JOBS" --shard "$$SHARD" \
		--seed "$$SEED" --unsafe "$$UNSAFE" $(if $(BWRAP),--bwrap "$$BWRAP") \
		--checks "$$CHECKS"; \
		status=$$?; [ $$status -gt 1 ] || $(GRADE_RENDER) || status=1; \
		exit $$status

grade-merge: ## teach: one OUT=folder of several: PARTS="folder folder"
	$(MAKE) -s grade-build >/dev/null
	$(GRADER)/grade --out "$$OUT" --merge "$$PARTS" && $(GRADER)/render "$$OUT"

test-grade: grade-build # layouts, interruptions, shards, refusals, full disks
	B='$(B)' CC='$(CC)' sh tests/grade/test.sh $(TEST)

test-class: grade-build ## develop: an invented class is graded twice [STUDENTS= SEED=]
	B='$(B)' CC='$(CC)' STUDENTS='$(or $(STUDENTS),200)' SEED='$(SEED)' \
		sh tests/grade/test.sh class
# The reports of a graded class, and what is packed for others: an autograder
# for Gradescope, the toolkit for students. See grade/README.md.

PACKAGES     += libjansson-dev gnuplot-nox libxml2-utils python3 python3-jsonschema zip unzip
TEST_TARGETS += test-reports test-packages

RENDER     = $(B)/exercises/grade/render
RENDER_OBJ = $(patsubst %.c,$(B)/%.o,$(wildcard exercises/grade/render_*.c))

.PHONY: report packages gradescope student-dist test-reports test-packages

# A text file as a C string.
$(B)/exercises/grade/%.h: exercises/grade/%
	mkdir -p $(@D)
	sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< >$@

$(RENDER_OBJ): $(patsubst %,$(B)/exercises/grade/%.h,style.css sort.js)
$(RENDER_OBJ): FOLDER_CFLAGS += -I$(B)/exercises/grade

$(RENDER): $(RENDER_OBJ)
	$(LINK) -o $@ $^ -ljansson

report: $(RENDER) ## teach: write a class's reports again: OUT=folder
	$(RENDER) "$$OUT"

# With sanitizers, too: it reads what others wrote.
RENDER_SANITIZED = $(BUILD)/$(call build_of,$(CC),address$(comma)undefined)/exercises/grade/render

test-reports: $(RENDER) $(EX_READY) # every format valid, for a nasty class
	$(call other_make,$(CC),address$(comma)undefined) -s $(RENDER_SANITIZED)
	sh tests/reports/test.sh $(RENDER) $(RENDER_SANITIZED) $(B)/exercises

packages: # what to install for the parts that are here
	echo $(sort $(PACKAGES))

gradescope: ## teach: pack an autograder [EXERCISES="1 3" CHECKS=folder]
	EXERCISES='$(EXERCISES)' CHECKS='$(CHECKS)' \
		sh exercises/grade/pack.sh gradescope $(BUILD)/gradescope.zip

student-dist: ## teach: pack the toolkit for students, without solutions
	sh exercises/grade/pack.sh student $(BUILD)/poolschool-student.tar.gz

test-packages: # unpacked in empty folders and used
	sh tests/packages/student.sh
	sh tests/packages/gradescope.sh
