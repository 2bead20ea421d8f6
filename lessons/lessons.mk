# The lessons: `make lesson3` builds and runs lesson 3.
#
# A new lesson needs no rule here: a wildcard knows its folder and its files.
# Every .c file of lessons/NN-name/ is a program, but claims.c: that is what the
# guide knows of the lesson (lessons/AUTHORS.md).
#
# Where a lesson.c is left, all files are one program instead, but for those
# that are programs of their own.

GUIDED        := $(sort $(patsubst lessons/%/claims.c,%, \
                   $(wildcard lessons/[0-9][0-9]-*/claims.c)))
LESSONS       := $(sort $(patsubst lessons/%/lesson.c,%, \
                   $(wildcard lessons/[0-9][0-9]-*/lesson.c)))
GUIDE_OBJ      = $(patsubst %.c,$(B)/%.o,$(wildcard lessons/guide/*.c))
programs_of    = $(patsubst %.c,$2/%,$(filter-out %/claims.c %/mypool.c,\
	$(wildcard lessons/$1/*.c)))
GUIDED_PROGRAMS = $(foreach lesson,$(GUIDED),$(call programs_of,$(lesson),$(B)))
lesson_name    = lesson$(patsubst 0%,%,$(firstword $(subst -, ,$1)))
LESSON_COMMON  = $(patsubst %.c,$(B)/%.o,$(wildcard lessons/common/*.c))
LESSON_ALONE   = %/ranks.c
LESSON_ALONES  = $(patsubst %.c,$(B)/%,$(filter $(LESSON_ALONE),\
	$(wildcard lessons/[0-9]*/*.c)))
lesson_parts   = $(patsubst %.c,$(B)/%.o,\
	$(filter-out $(LESSON_ALONE),$(wildcard lessons/$1/*.c)))
LESSON_LIBS    = -lm -lpthread
# Where they draw. Settings such as WORKERS= come through make by themselves.
LESSON_OUT     = $(B)/lessons
LESSON_ENV     = LESSON_OUT='$(LESSON_OUT)' PYTHONPATH=lessons/common \
	PYTHONDONTWRITEBYTECODE=1

# A lesson that somebody has watched has a mark in the course map.
LESSON_SEEN    = if [ -t 1 ]; then mkdir -p $(BUILD)/seen && : >$(BUILD)/seen/$@; fi

.PHONY: first lessons lessonN lessonN-python transcripts test-lessons
TEST_TARGETS += test-lessons
# For the Python twins and the pictures; the lessons themselves need neither.
PACKAGES += python3 gnuplot-nox gdb strace procps

lessons: ## learn: the lessons and their settings
	sh lessons/map.sh lessons

lessonN: lessons ## learn: run lesson N [WORKERS= TASKS= INPUT= TRACE=]

lessonN-python: lessons ## learn: the same in Python, where Python has it

transcripts: lessons-build ## develop: renew the programs' output and code in the texts
	python3 lessons/transcripts.py write

test-lessons: lessons-build
	B=$(B) lessons/test.sh

first: $(B)/lessons/03-a-pool-of-workers/first ## learn: the first program, the one in README.md
	$<

lessons-build: $(B)/lessons/03-a-pool-of-workers/first

define lesson_rules
.PHONY: $(call lesson_name,$1) $(call lesson_name,$1)-python
lessons-build: $$(B)/lessons/$1/lesson
$$(B)/lessons/$1/lesson: $(call lesson_parts,$1)
$(call lesson_name,$1): $$(B)/lessons/$1/lesson
	$$(LESSON_ENV) $$<
	$$(LESSON_SEEN)
$(call lesson_name,$1)-python:
	test -f lessons/$1/lesson.py || { echo "Lesson $1 has no Python twin:" \
		"Python has no such call, or the twin would show nothing new."; exit 1; }
	command -v python3 >/dev/null || { echo "This needs python3 (on Debian:" \
		"apt install python3). The lesson itself, in C, does not."; exit 1; }
	$$(LESSON_ENV) python3 lessons/$1/lesson.py
endef
$(foreach lesson,$(LESSONS),$(eval $(call lesson_rules,$(lesson))))

# make lesson10 SCHEDULE=seed: the program that the lesson's file `schedule`
# names, with its argument, under seeded schedules (exercises/schedule).
LESSONS_SCHEDULED = $(patsubst lesson%,%,$(foreach lesson,$(notdir $(patsubst \
	%/,%,$(dir $(wildcard lessons/*/schedule)))),$(call lesson_name,$(lesson))))
lesson_schedule = $(MAKE) -s $(SCHEDULES) >/dev/null && \
	PROGRAM=1 SCHEDULE_ARGUMENT='$(word 2,$2)' OBJECTS=$(B)/exercises/schedule \
	CC='$(CC)' sh exercises/schedule/run.sh lessons/$1/$(word 1,$2).c \
	$(B)/exercises/schedule/program.o lib $(B)/lessons/$1/schedule \
	$(if $(SCHEDULE),--seed '$(SCHEDULE)') \
	--again 'make $(call lesson_name,$1) SCHEDULE=' || $(EXERCISE_STATUS)

# make lesson4: its programs, and the guide that runs them.
# make lesson4-python: the guide runs the Python twins instead.
define guided_rules
.PHONY: $(call lesson_name,$1) $(call lesson_name,$1)-python
lessons-build: $$(B)/lessons/$1/guide $(call programs_of,$1,$$(B))
$$(B)/lessons/$1/guide: $$(GUIDE_OBJ) $$(B)/lessons/$1/claims.o
ifneq ($(origin SCHEDULE),undefined)
$(call lesson_name,$1): FORCE
	$$(if $$(wildcard lessons/$1/schedule),$$(call lesson_schedule,$1,$$(shell \
		cat lessons/$1/schedule)),echo "SCHEDULE= is for lessons whose" \
		"programs share memory: $$(LESSONS_SCHEDULED)"; exit 2)
else
$(call lesson_name,$1): $$(B)/lessons/$1/guide $$(if $$(POOL),lesson-pool \
		$(call programs_of,$1,$$(B)/mine),$(call programs_of,$1,$$(B)))
	$$(GUIDE_ENV) $$< $$(if $$(POOL),$$(B)/mine,$$(B))/lessons/$1
	$$(LESSON_SEEN)
endif
$(call lesson_name,$1)-python: $$(B)/lessons/$1/guide
	$$(GUIDE_ENV) TWIN=lessons/$1 $$< $$(B)/lessons/$1
endef
$(foreach lesson,$(GUIDED),$(eval $(call guided_rules,$(lesson))))
# LeakSanitizer watches with ptrace, as the guide does, and only one can.
GUIDE_ENV = LESSON_OUT='$(LESSON_OUT)' GUIDE_SANITIZE='$(SANITIZE)' \
	$(if $(SANITIZE),ASAN_OPTIONS=detect_leaks=0)

.PHONY: lessons-build
lessons-build:

# make lesson4 POOL=mine: the same programs on the pool of your exercise 11,
# which lies in $(B)/mine. One that needs more than it has is left out, and the
# guide says so.
.PHONY: lesson-pool
lesson-pool:
	test '$(POOL)' = mine || { echo "POOL= is mine, or nothing: the" \
		"pool of your exercise 11, or the library." >&2; exit 2; }

$(foreach lesson,$(GUIDED),$(call programs_of,$(lesson),$(B)/mine)): \
		$(B)/mine/lessons/%: lessons/%.c $(B)/mine/pool.h $(B)/mine/libpool.a
	mkdir -p $(@D)
	$(CC) -I$(B)/mine $(ALL_CFLAGS) -Werror=implicit-function-declaration \
		-Ilessons/common -o $@ $< \
		$(B)/mine/libpool.a $(LDFLAGS) $(LESSON_LIBS) 2>$@.why || rm -f $@

$(GUIDED:%=$(B)/lessons/%/guide):
	$(LINK) -o $@ $^ -lm

# As the text tells the reader to compile them, each by itself; those of lesson
# 11 with the pool that is typed in. Its steps.c includes that.
LESSON11 = $(B)/lessons/11-build-your-own-pool
$(addprefix $(LESSON11)/,orphans tiny worker_dies): $(LESSON11)/mypool.o
$(GUIDED_PROGRAMS): $(B)/%: $(B)/%.o $(B)/lib/libpool.a
	$(LINK) -o $@ $^ $(LESSON_LIBS)

$(B)/lessons/%.o: FOLDER_CFLAGS = -Ilessons/common -Ilessons/guide

# The library by its path: LIBPOOL is defined only after this file is read.
$(LESSONS:%=$(B)/lessons/%/lesson) $(LESSON_ALONES): $(LESSON_COMMON) \
		$(B)/lib/libpool.a
	$(LINK) -o $@ $(filter %.o,$^) $(filter-out %/libpool.a,$(filter %.a,$^)) \
		$(B)/lib/libpool.a $(LESSON_LIBS)
$(LESSON_ALONES): %: %.o

# Lesson 13 is two programs: the client, which needs no MPI, and the ranks,
# which mpirun starts. Where there is no mpicc, the client says what to install.
LESSON13 = $(B)/lessons/13-beyond-one-machine
PACKAGES += libopenmpi-dev openmpi-bin
ifneq ($(shell command -v mpicc),)
lesson13 lessons-build: $(LESSON13)/mpi-ranks
endif
# Without sanitizers: MPI itself does not free all it takes.
$(LESSON13)/mpi-ranks: $(addprefix lessons/13-beyond-one-machine/, \
		ranks.c tasks.c job.h tasks.h) lib/pool.h
	mkdir -p $(@D)
	OMPI_CC='$(CC)' mpicc -std=gnu11 $(WARNINGS) $(CPPFLAGS) $(CFLAGS) -Ilib \
		-o $@ $(filter %.c,$^)

# Any other number. Patterns come last: a lesson's own rule is found first.
lesson%:
	echo "The lessons are 1 to $(words $(LESSONS) $(GUIDED)): make lesson1"; exit 2

# The site: all texts and the reference as pages, under build/site. site.py finds
# the texts, doxygen turns them and lib/pool.h into pages, frame.py puts these
# into their frame. A warning is an error.

PACKAGES += doxygen doxygen-awesome-css libjs-lunr python3 python3-lxml \
	gnuplot-nox chromium chromium-driver npm
TEST_TARGETS += test-links test-site
SITE      = $(BUILD)/site
TEXTS     = $(BUILD)/texts
# Of the system's Python: it has what Debian's packages bring.
SYSTEM_PYTHON = PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3

.PHONY: docs test-links test-site test-site-all
LONG_TARGETS += test-site-all
docs: lessons-build ## learn: all texts and the reference as one site
	rm -rf $(SITE) $(TEXTS)
	mkdir -p $(SITE) $(TEXTS)
	for lesson in $(foreach l,$(LESSONS) $(GUIDED),$(call lesson_name,$l)); do \
		$(MAKE) -s $$lesson PREDICT=0 LESSON_OUT=$(TEXTS) </dev/null \
			>$(TEXTS)/$$lesson.txt 2>&1 || { cat $(TEXTS)/$$lesson.txt; \
			echo "docs: without $$lesson's timeline"; }; \
	done
	$(SYSTEM_PYTHON) lessons/site/site.py $(TEXTS) $(SITE) $(TEXTS)
	sed 's|@BUILD@|$(BUILD)|' lessons/site/Doxyfile | doxygen -
	cp lessons/site/site.css lessons/site/site.js lessons/site/favicon.svg \
		/usr/share/javascript/lunr/lunr.js $(SITE)
	$(SYSTEM_PYTHON) lessons/site/frame.py $(SITE) $(TEXTS)
	echo "built $(SITE)/index.html"

test-links: # every relative link in every text leads somewhere
	$(SYSTEM_PYTHON) tests/site/links.py

test-site: docs ## develop: the site in a browser
	sh tests/site/axe.sh $(BUILD)/axe
	$(SYSTEM_PYTHON) tests/site/site.py $(SITE) $(BUILD)/axe/axe.js

test-site-all: # axe-core looks at every text
	ALL=1 $(MAKE) --no-print-directory test-site
