# The exercises: a judge, a driver and a student's file each. See README.md.

PACKAGES     += inotify-tools patch
# Without the solutions, as students have it, there is nothing to test.
TEST_TARGETS += $(if $(wildcard solutions),test-exercises)
LONG_TARGETS += $(if $(wildcard solutions),test-exercises-all)

JUDGE        := $(B)/exercises/judge
JUDGE_OBJ    := $(patsubst %,$(JUDGE)/%.o,main checks report result shown schedules lend common run await queries loop messages \
	execution accounting limits verdict sandbox namespaces confine proc proc_counts filter wire)
EXERCISES_SH  = B='$(B)' CC='$(CC)' SANITIZE='$(SANITIZE)' CHECK='$(CHECK)' \
	SEED='$(SEED)' DEBUG='$(DEBUG)' MAKE='$(MAKE)' sh exercises/exercise.sh
# Not yet full marks is no error of make, but with STRICT=1; nor is a reader who
# had seen enough.
EXERCISE_STATUS = { s=$$?; case $$s in $(if $(STRICT),,1|)141) ;; \
	*) exit $$s ;; esac; }
RUNS          = 1
# Checks of your own: CHECKS=folder with NN-name/extra.c. See README.md.
CHECKS        =

# Number, name and file of an exercise come from its folder, NN-name.
EXERCISE_DIRS    := $(patsubst %/check.c,%,$(sort $(wildcard exercises/[0-9][0-9]-*/check.c)))
exercise_number   = $(patsubst 0%,%,$(firstword $(subst -, ,$(notdir $1))))
exercise_name     = $(patsubst $(firstword $(subst -, ,$(notdir $1)))-%,%,$(notdir $1))
exercise_file     = ex$(call exercise_number,$1)_$(subst -,_,$(call exercise_name,$1)).c
EXERCISE_NUMBERS := $(foreach dir,$(EXERCISE_DIRS),$(call exercise_number,$(dir)))
exercise_dir      = $(strip $(foreach dir,$(EXERCISE_DIRS),$(if \
	$(filter $1,$(call exercise_number,$(dir))),$(dir))))

.PHONY: exercises progress test-exercises test-exercises-all

$(B)/exercises/%.o: FOLDER_CFLAGS = -Iexercises/judge -I$(<D) \
	-DEXERCISE_NUMBER=$(call exercise_number,$(<D)) \
	-DEXERCISE_NAME='"$(call exercise_name,$(<D))"' \
	-DEXERCISE_FILE='"$(call exercise_file,$(<D))"'
$(JUDGE)/%.o: FOLDER_CFLAGS = -DSANITIZED=$(if $(SANITIZE),1,0)

# No .d file of it: that would name a folder that may be gone tomorrow.
$(B)/exercises/%/extra.o: $(CHECKS)/%/extra.c exercises/judge/check.h \
		$(JUDGE)/checks.stamp
	mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Iexercises/judge -Iexercises/$* -c -o $@ $<

$(JUDGE)/inspect: $(patsubst %,$(JUDGE)/%.o,inspect inspect_reasons \
		inspect_sections inspect_symbols object)
	$(LINK) -o $@ $^

# What the header of an exercise requires: what its driver calls and the header
# that it includes names.
$(B)/exercises/%/required.txt: $(B)/exercises/%/driver.o
	header=$$(sed -n '/driver\.h/!s,^#include "\(.*\)",\1,p' exercises/$*/driver.c); \
	nm -u $< | while read -r _ name; do \
		sed 's,//.*,,' "exercises/$*/$$header" | grep -qw "$$name" && \
			echo "$$name"; done >$@.$$$$; \
		test -s $@.$$$$ && mv $@.$$$$ $@

# A judge with other checks is another judge.
$(JUDGE)/checks.stamp: $(if $(call is_in,$(JUDGE)/checks.stamp,$(CHECKS)),,FORCE)
	mkdir -p $(@D)
	echo '$(CHECKS)' | cmp -s - $@ || echo '$(CHECKS)' >$@

define EXERCISE_RULES
$(B)/$(1)/judge: $(B)/$(1)/check.o $$(JUDGE_OBJ) $(JUDGE)/checks.stamp \
		$$(if $$(CHECKS),$$(if $$(wildcard $$(CHECKS)/$(notdir $(1))/extra.c),$(B)/$(1)/extra.o))
	$$(LINK) -o $$@ $$(filter %.o,$$^)

$(B)/$(1)/ready: $(B)/$(1)/judge $(B)/$(1)/driver.o $(JUDGE)/driver.o \
		$(JUDGE)/caller.o $(JUDGE)/memory.o $(JUDGE)/wire.o $(JUDGE)/inspect \
		$(B)/$(1)/required.txt
	touch $$@
endef
$(foreach dir,$(EXERCISE_DIRS),$(eval $(call EXERCISE_RULES,$(dir))))

EXERCISES_READY = $(EXERCISE_DIRS:%=$(B)/%/ready)

exercises: $(EXERCISES_READY) ## teach: build all that the exercises need

# Seeded schedules, SCHEDULE= or SCHEDULE=seed. See schedule/README.md.
SCHEDULE_OBJ  := $(patsubst %.c,$(B)/%.o,$(filter-out %/program.c,$(wildcard \
	exercises/schedule/*.c)))
SCHEDULED     := $(patsubst %/schedule.c,%,$(wildcard \
	exercises/[0-9][0-9]-*/schedule.c))
SCHEDULES     := $(patsubst %,$(B)/exercises/schedule/%,runtime.o imports.txt \
	program.o) $(SCHEDULED:%=$(B)/%/schedule.o) $(SCHEDULED:%=$(B)/%/required.txt)
$(foreach dir,$(SCHEDULED),$(eval $(B)/$(dir)/ready: \
	$(B)/$(dir)/schedule.o $(B)/exercises/schedule/runtime.o \
	$(B)/exercises/schedule/imports.txt))
TEST_TARGETS  += $(if $(wildcard solutions),test-schedules)
LONG_TARGETS  += $(if $(wildcard solutions),test-schedules-all)
.PHONY: test-schedules test-schedules-all test-schedules-long

$(B)/exercises/schedule/%.o: FOLDER_CFLAGS =
$(B)/exercises/schedule/runtime.o: $(SCHEDULE_OBJ)
	ld -r -o $@ $^

# What an object may import that is to run under schedules: what -fsanitize=thread
# adds is here, and what schedules do not know is not.
$(B)/exercises/schedule/imports.txt: exercises/judge/imports.txt \
		exercises/schedule/unknown.txt $(B)/exercises/schedule/accesses.o
	sed -n 's/^-\([^:]*\):.*/\1/p' exercises/schedule/unknown.txt | tr ' ' '\n' | \
		grep -vxFf - $< | cat - exercises/schedule/unknown.txt >$@.new
	nm --defined-only $(B)/exercises/schedule/accesses.o | \
		sed -n 's/.* T \(__tsan_.*\)/\1/p' >>$@.new
	mv $@.new $@
$(B)/exercises/%/schedule.o: FOLDER_CFLAGS = -Iexercises/schedule -I$(<D)

test-schedules: $(SCHEDULES) $(JUDGE)/inspect ## develop: races are found by schedules [FULL=1 TRIES= ONLY=]
	B='$(B)' CC='$(CC)' FULL='$(FULL)' TRIES='$(TRIES)' RUNS='$(filter-out 1,$(RUNS))' \
		REPLAYS='$(REPLAYS)' LOAD='$(LOAD)' ONLY='$(ONLY)' sh tests/schedules.sh

test-schedules-all: # and those that are no races, and clang
	$(MAKE) --no-print-directory test-schedules FULL=1

test-schedules-long: # and so often, beside a load, that it takes hours
	$(MAKE) --no-print-directory test-schedules FULL=1 TRIES=20 RUNS=10000 \
		REPLAYS=100 LOAD=8

# A sentence where nothing can be built.
.PHONY: exercise-needs
exercise-needs:
	command -v $(firstword $(CC)) >/dev/null || { \
		echo "There is no compiler $(firstword $(CC)) here: apt install gcc"; \
		exit 2; }; \
	[ -d '$(B)' ] || mkdir -p '$(B)' 2>/dev/null; [ -w '$(B)' ] || { \
		echo "Nothing can be written in $(B). Build elsewhere: make B=/some/folder"; \
		exit 2; }

ifneq ($(origin SCHEDULE),undefined)
$(EXERCISE_NUMBERS:%=exercise%): exercise%: FORCE
	$(MAKE) -s $(SCHEDULES) >/dev/null
	SCHEDULE='$(SCHEDULE)' $(EXERCISES_SH) schedule $* || $(EXERCISE_STATUS)
else
# What is built before a check is, without its names on the student's screen.
$(EXERCISE_NUMBERS:%=exercise%): QUIET = 1
$(foreach dir,$(EXERCISE_DIRS),$(eval exercise$(call exercise_number,$(dir)): \
	$(B)/$(dir)/ready))
$(EXERCISE_NUMBERS:%=exercise%): exercise%: exercise-needs FORCE
	$(EXERCISES_SH) check $* || $(EXERCISE_STATUS)
endif

$(EXERCISE_NUMBERS:%=try%): try%: exercise-needs FORCE
	$(MAKE) -s $(B)/$(call exercise_dir,$*)/ready $(foreach n,$(shell \
		sed -n 's,^// Uses: ,,p' $(call exercise_dir,$*)/try.c),$(B)/$(call \
		exercise_dir,$n)/required.txt) >/dev/null
	$(EXERCISES_SH) try $*

$(EXERCISE_NUMBERS:%=hint%): hint%: FORCE
	$(EXERCISES_SH) hint $* || $(EXERCISE_STATUS)

$(EXERCISE_NUMBERS:%=watch%): watch%: FORCE
	$(EXERCISES_SH) watch $*

$(EXERCISE_NUMBERS:%=reset%): reset%: FORCE
	$(EXERCISES_SH) reset $*

.PHONY: exerciseN tryN hintN watchN resetN exercise-unknown
exerciseN: ## learn: check it [CHECK= SEED= SANITIZE= STRICT=1 DEBUG=gdb]
tryN: ## learn: your functions in a small program
hintN: ## learn: the next of three hints
watchN: ## learn: check again at every save
resetN: ## learn: the starter again; your file is kept beside it
exerciseN tryN hintN watchN resetN: exercise-unknown
exercise% try% hint% watch% reset%:
	echo "The exercises are $(EXERCISE_NUMBERS): make exercise1"; exit 2

progress: FORCE ## learn: which exercises are done, and which is next
	$(EXERCISES_SH) progress || $(EXERCISE_STATUS)

test-exercises: $(EXERCISES_READY) ## develop: the marks of known solutions [FULL=1 RUNS=n ONLY=n]
	B='$(B)' CC='$(CC)' SANITIZE='$(SANITIZE)' RUNS='$(RUNS)' ONLY='$(ONLY)' \
		FULL='$(FULL)' sh tests/exercises.sh

LONG_TARGETS += $(if $(wildcard solutions),test-exercises-sanitized)
.PHONY: test-exercises-sanitized
test-exercises-sanitized: # what SANITIZE= shows of right and wrong ones [ONLY=n]
	for it in address undefined; do \
		$(MAKE) --no-print-directory CC='$(CC)' SANITIZE=$$it exercises \
			B='$(BUILD)/$(call build_of,$(CC),)'-$$it && \
		B='$(BUILD)/$(call build_of,$(CC),)'-$$it CC='$(CC)' ONLY='$(ONLY)' \
			sh tests/exercises_sanitized.sh $$it || exit 1; done

test-exercises-all:
	$(MAKE) --no-print-directory test-exercises FULL=1

# The pool of exercise 11 as pool.h and libpool.a, for POOL=mine: the lessons'
# programs, bench and plots run on it. FILE= names another file than the
# student's.
MINE_DIR  := exercises/11-your-own-pool
MINE_FILE  = $(or $(FILE),$(MINE_DIR)/$(call exercise_file,$(MINE_DIR)))

$(B)/mine/pool.h: $(MINE_DIR)/minipool.h $(MINE_DIR)/minipool_errors.h
	mkdir -p $(@D)
	cp $(word 2,$^) $(@D)
	{ printf '#include <%s>\n' stdint.h stdio.h sys/types.h; cat $<; } >$@

$(B)/mine/libpool.a: $(B)/mine/pool.h $(wildcard $(MINE_FILE)) \
		$(if $(call is_in,$(B)/mine/file,$(MINE_FILE)),,FORCE)
	test -f '$(MINE_FILE)' || { echo "There is no pool of yours yet: make" \
		"exercise11 begins it." >&2; exit 2; }
	$(CC) $(filter-out -Ilib,$(ALL_CFLAGS)) -I$(MINE_DIR) \
		-c -o $(@D)/mine.o '$(MINE_FILE)'
	rm -f $@
	$(or $(AR),ar) rcs $@ $(@D)/mine.o
	echo '$(MINE_FILE)' >$(@D)/file

# Students have no grader: what follows is for instructors.
ifneq ($(wildcard exercises/grader),)

# A wrong solution as a whole file.
.PHONY: wrong
wrong: ## develop: print a wrong solution: NAME=what-is-wrong
	sh tests/wrong.sh "$$NAME"
NAME ?=
export NAME

# Grading a class. See grader/README.md.

PACKAGES     += bubblewrap libarchive-dev parallel python3
TEST_TARGETS += test-grade
LONG_TARGETS += test-grade-all test-class-long

GRADER       := $(B)/exercises/grader
GRADE_OBJ    := $(patsubst %.c,$(B)/%.o,$(wildcard exercises/grader/grade/*.c)) \
	$(GRADER)/collect/names.o $(JUDGE)/shown.o

$(GRADER)/%.o: FOLDER_CFLAGS = -Iexercises/judge -Iexercises/grader \
	-Iexercises/grader/collect -Iexercises/grader/sandbox -I$(GRADER)/reports

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
GRADE_REPORTS = $(if $(SHARD),true,$(GRADER)/reports/reports "$$OUT")

.PHONY: grade grade-merge grade-build test-grade test-grade-all test-class test-class-long

$(GRADER)/grade/grade: $(GRADE_OBJ) $(B)/lib/libpool.a
	$(LINK) -o $@ $^ -ljansson -lpthread

$(GRADER)/sandbox/sandbox: $(GRADER)/sandbox/main.o $(GRADER)/sandbox/confine.o \
		$(JUDGE)/filter.o $(JUDGE)/confine.o
	$(LINK) -o $@ $^

$(GRADER)/collect/unpack: $(GRADER)/collect/unpack.o $(GRADER)/collect/names.o \
		$(JUDGE)/shown.o
	$(LINK) -o $@ $^ -larchive

grade-build: $(EXERCISES_READY) $(JUDGE)/inspect $(patsubst %,$(GRADER)/%, \
	grade/grade sandbox/sandbox collect/unpack reports/reports)

grade: ## teach: grade a class: SUBMISSIONS=folder OUT=folder
	mkdir -p $(GRADER)
	$(MAKE) -s grade-build >/dev/null 2>$(GRADER)/build.txt || { \
		if grep -q 'extra\.c:.*error' $(GRADER)/build.txt; then \
			echo "Your own checks do not compile:"; \
			grep 'extra\.c:.*error' $(GRADER)/build.txt; \
		else cat $(GRADER)/build.txt; echo "The grader cannot be built;" \
			"make setup installs what it needs."; fi; exit 2; }
	$(GRADER)/grade/grade --build '$(B)' --compiler '$(CC)' --sanitize '$(SANITIZE)' \
		--submissions "$$SUBMISSIONS" --out "$$OUT" \
		--exercises "$$EXERCISES" --jobs "$$JOBS" --shard "$$SHARD" \
		--seed "$$SEED" --unsafe "$$UNSAFE" $(if $(BWRAP),--bwrap "$$BWRAP") \
		--checks "$$CHECKS"; \
		status=$$?; [ $$status -gt 1 ] || $(GRADE_REPORTS) || status=1; \
		exit $$status

grade-merge: ## teach: one OUT=folder of several: PARTS="folder folder"
	$(MAKE) -s grade-build >/dev/null
	$(GRADER)/grade/grade --out "$$OUT" --merge "$$PARTS" && \
		$(GRADER)/reports/reports "$$OUT"

test-grade: grade-build # layouts, refusals, what is said of them [TEST=resume]
	B='$(B)' CC='$(CC)' sh tests/grade/test.sh $(or $(TEST),layouts \
		no_sandbox settings inspect private_checks cannot_judge command_line)

test-grade-all: grade-build # and all that kills, cuts up or starves a grader
	B='$(B)' CC='$(CC)' sh tests/grade/test.sh

test-class-long:
	$(MAKE) --no-print-directory test-class STUDENTS=20

test-class: grade-build ## develop: an invented class is graded twice [STUDENTS= SEED=]
	B='$(B)' CC='$(CC)' STUDENTS='$(or $(STUDENTS),200)' SEED='$(SEED)' \
		sh tests/grade/test.sh class

# The reports of a graded class, and what is packed for others: an autograder
# for Gradescope, the toolkit for students.

PACKAGES     += libjansson-dev gnuplot-nox libxml2-utils python3 python3-jsonschema zip unzip
TEST_TARGETS += test-reports
LONG_TARGETS += test-packages

REPORTS     := $(GRADER)/reports/reports
REPORTS_OBJ := $(patsubst %.c,$(B)/%.o,$(wildcard exercises/grader/reports/*.c)) \
	$(JUDGE)/shown.o

.PHONY: report packages gradescope student-dist test-reports test-packages

# A text file as a C string.
$(GRADER)/reports/%.h: exercises/grader/reports/%
	mkdir -p $(@D)
	sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< >$@

$(filter $(GRADER)/%,$(REPORTS_OBJ)): $(patsubst %,$(GRADER)/reports/%.h,style.css sort.js)

$(REPORTS): $(REPORTS_OBJ)
	$(LINK) -o $@ $^ -ljansson

report: $(REPORTS) ## teach: write a class's reports again: OUT=folder
	$(REPORTS) "$$OUT"

# With sanitizers, too: it reads what others wrote.
REPORTS_SANITIZED = $(BUILD)/$(call build_of,$(CC),address$(comma)undefined)/exercises/grader/reports/reports

test-reports: $(REPORTS) $(EXERCISES_READY) # every format valid, for a nasty class
	$(call other_make,$(CC),address$(comma)undefined) -s $(REPORTS_SANITIZED)
	sh tests/reports/test.sh $(REPORTS) $(REPORTS_SANITIZED) $(B)/exercises

gradescope: ## teach: pack an autograder [EXERCISES="1 3" CHECKS=folder]
	EXERCISES='$(EXERCISES)' CHECKS='$(CHECKS)' \
		sh exercises/grader/pack.sh gradescope $(BUILD)/gradescope.zip

student-dist: ## teach: pack the toolkit for students, without solutions
	sh exercises/grader/pack.sh student $(BUILD)/poolschool-student.tar.gz

test-packages: # unpacked in empty folders and used
	sh tests/packages/student.sh
	sh tests/packages/gradescope.sh

endif

packages: # what to install for the parts that are here
	echo $(sort $(PACKAGES))
