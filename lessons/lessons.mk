# The lessons: `make lesson3` builds and runs lesson 3.
#
# A new lesson needs no rule here: a wildcard knows its folder and its files.
# Every .c file of lessons/NN-name/ is a program, but claims.c: that is what the
# guide knows of the lesson (lessons/AUTHORS.md).

GUIDED        := $(sort $(patsubst lessons/%/claims.c,%, \
                   $(wildcard lessons/[0-9][0-9]-*/claims.c)))
GUIDE_OBJ      = $(patsubst %.c,$(B)/%.o,$(wildcard lessons/guide/*.c)) \
	$(VIEWER_HTML)
VIEWER_HTML    = $(B)/lessons/viewer/html.o
programs_of    = $(patsubst %.c,$2/%,$(filter-out %/claims.c %/mypool.c \
	$(MPI_SOURCES),$(wildcard lessons/$1/*.c)))
GUIDED_PROGRAMS = $(foreach lesson,$(GUIDED),$(call programs_of,$(lesson),$(B)))
# Programs named mpi_… need Open MPI. Where it is not, the guide says so.
MPI_SOURCES   := $(wildcard lessons/[0-9][0-9]-*/mpi_*.c)
MPI_PROGRAMS  := $(if $(wildcard $(addsuffix /mpicc,$(subst :, ,$(PATH)))),$(MPI_SOURCES:%.c=$(B)/%))
PACKAGES      += libopenmpi-dev openmpi-bin
lesson_name    = lesson$(patsubst 0%,%,$(firstword $(subst -, ,$1)))
LESSON_LIBS    = -lm -lpthread
# Where they draw. Settings such as WORKERS= come through make by themselves.
LESSON_OUT     = $(B)/lessons

# A lesson that somebody has watched has a mark in the course map.
LESSON_SEEN    = if [ -t 1 ]; then mkdir -p $(BUILD)/seen && : >$(BUILD)/seen/$@; fi

.PHONY: first lessons lessonN lessonN-python transcripts test-lessons
.PHONY: test-lessons-all test-lessons-python
TEST_TARGETS += test-lessons
LONG_TARGETS += test-lessons-all
# For the Python twins and the pictures; the lessons themselves need neither.
PACKAGES += python3 gnuplot-nox gdb strace procps

lessons: ## learn: the lessons and their settings
	sh lessons/map.sh lessons

lessonN: lessons ## learn: run lesson N [WORKERS= TASKS= INPUT= TRACE=]

lessonN-python: lessons ## learn: the same in Python, where Python has it

transcripts: lessons-build ## develop: renew the programs' output and code in the texts
	python3 lessons/transcripts.py write

test-lessons: lessons-build lessons-mine # what the lessons and their texts promise [FULL=1 ONLY=n]
	B=$(B) FULL=$(FULL) ONLY='$(ONLY)' lessons/test.sh

test-lessons-all:
	$(MAKE) --no-print-directory test-lessons FULL=1

# Every twin; test-lessons tries two of them, test-lessons-all all.
test-lessons-python: $(foreach lesson,$(GUIDED),$(if \
	$(wildcard lessons/$(lesson)/*.py),$(call lesson_name,$(lesson))-python))

first: $(B)/lessons/03-a-pool-of-workers/first ## learn: the first program, the one in README.md
	$<

lessons-build: $(B)/lessons/03-a-pool-of-workers/first

# make lesson10 SCHEDULE=seed: the program that the lesson's file `schedule`
# names, with its argument, under seeded schedules (exercises/schedule).
LESSONS_SCHEDULED = $(patsubst lesson%,%,$(foreach lesson,$(notdir $(patsubst \
	%/,%,$(dir $(wildcard lessons/*/schedule)))),$(call lesson_name,$(lesson))))
lesson_schedule = $(MAKE) -s $(SCHEDULES) >/dev/null && \
	PROGRAM=1 SCHEDULE_ARGUMENT='$(word 2,$2)' RUNTIME=$(B)/exercises/schedule \
	CC='$(CC)' sh exercises/schedule/run.sh lessons/$1/$(word 1,$2).c \
	$(B)/exercises/schedule/program.o lib $(B)/lessons/$1/schedule "" \
	$(if $(SCHEDULE),--seed '$(SCHEDULE)') \
	--again 'make $(call lesson_name,$1) SCHEDULE=' || $(EXERCISE_STATUS)

# make lesson4: its programs, and the guide that runs them.
# make lesson4-python: the guide runs the Python twins instead.
define guided_rules
.PHONY: $(call lesson_name,$1) $(call lesson_name,$1)-python
lessons-build: $$(B)/lessons/$1/guide $(call programs_of,$1,$$(B))
$(call lesson_name,$1) lessons-build: $(filter $(B)/lessons/$1/%,$(MPI_PROGRAMS))
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
# LeakSanitizer watches with ptrace, as the guide does, and only one can. A
# crash stays the signal that it is: lesson 7 tells of it.
GUIDE_ENV = LESSON_OUT='$(LESSON_OUT)' GUIDE_SANITIZE='$(SANITIZE)' \
	$(if $(SANITIZE),ASAN_OPTIONS=detect_leaks=0:$(CRASHES) \
	TSAN_OPTIONS=$(CRASHES) UBSAN_OPTIONS=$(CRASHES))
CRASHES   = color=never:handle_segv=0

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
	LC_ALL=C $(CC) -I$(B)/mine $(ALL_CFLAGS) \
		-Werror=implicit-function-declaration -Ilessons/common -o $@ $< \
		$(B)/mine/libpool.a $(LDFLAGS) $(LESSON_LIBS) 2>$@.log || { rm -f $@; \
		grep -m 1 -E 'error:|undefined' $@.log | grep -oE "['\`][a-z_]+'" | \
		head -n 1 | tr -d "'\`" >$@.lacks; }

# For the tests: the pool is that of solution 11.
.PHONY: lessons-mine
lessons-mine:
	$(MAKE) -s FILE=$(wildcard solutions/11-*/*.c) $(foreach lesson,$(filter \
		03-% 04-% 05-% 06-% 07-%,$(GUIDED)),$(call \
		programs_of,$(lesson),$(B)/mine))

$(GUIDED:%=$(B)/lessons/%/guide):
	$(LINK) -o $@ $^ -lm

# A recorded run as one page that opens offline. What is in the page lies inside
# of the program that writes it.
VIEWER      = $(B)/lessons/viewer/viewer
$(VIEWER_HTML): $(addprefix lessons/viewer/viewer., html css js)
$(VIEWER): $(B)/lessons/viewer/main.o $(VIEWER_HTML)
	$(LINK) -o $@ $^ -lm

.PHONY: viewer
viewer: $(VIEWER) ## learn: runs as one page: TRACE="a.json b.json" [HTML=]
	test -n "$$TRACE" || { echo "make viewer TRACE=run.json: a file that" \
		"POOL_TRACE= or TRACE= wrote" >&2; exit 2; }
	if [ -f "$$TRACE" ]; then set -- "$$TRACE"; else set -- $$TRACE; fi; \
		$< $${HTML:+-o "$$HTML"} "$$@"

# As the text tells the reader to compile them, each by itself; those of lesson
# 11 with the pool that is typed in. Its steps.c includes that.
LESSON11 = $(B)/lessons/11-build-your-own-pool
$(addprefix $(LESSON11)/,orphans tiny worker_dies): $(LESSON11)/mypool.o
$(GUIDED_PROGRAMS): $(B)/%: $(B)/%.o $(B)/lib/libpool.a
	$(LINK) -o $@ $^ $(LESSON_LIBS)

$(B)/lessons/%.o: FOLDER_CFLAGS = -Ilessons/common -Ilessons/guide

# Without sanitizers: Open MPI itself does not free all it takes.
$(MPI_PROGRAMS): $(B)/%: %.c $(B)/flags
	mkdir -p $(@D)
	OMPI_CC='$(CC)' mpicc -std=gnu11 $(WARNINGS) $(CPPFLAGS) $(CFLAGS) \
		-Ilessons/common -MMD -MP -o $@ $<

# make play: a pool on the screen, that one can hurt. Only its terminal.c needs
# ncurses.
PACKAGES += libncurses-dev
PLAY     = $(B)/lessons/play/play
PLAY_OBJ = $(patsubst %.c,$(B)/%.o,$(wildcard lessons/play/*.c))
HAS_NCURSES = echo '\#include <ncurses.h>' | \
	$(CC) $(CPPFLAGS) $(CFLAGS) -E - >/dev/null 2>&1
# ncurses frees not all it takes; a signal that was sent is no crash to report.
PLAY_ENV = $(if $(SANITIZE),ASAN_OPTIONS=detect_leaks=0:handle_segv=0)
.PHONY: play
play: ## learn: hurt a pool and watch it [WORKERS= INPUT= RECORD=]
	$(HAS_NCURSES) || { \
		echo "This needs ncurses (on Debian: apt install libncurses-dev)." \
		"Nothing else here does."; exit 1; }
	$(MAKE) --no-print-directory -s $(PLAY)
	$(PLAY_ENV) $(PLAY)

$(B)/lessons/play/%.o: FOLDER_CFLAGS = -Ilessons/common -Ilessons/play
.PHONY: play-picture test-play
TEST_TARGETS += test-play
PACKAGES += python3-pyte
PLAY_PYTHON = $(PLAY_ENV) PLAY=$(PLAY) PYTHONPATH=tests/play $(SYSTEM_PYTHON)
play-picture: ## develop: draw again the screen that README.md shows
	$(MAKE) --no-print-directory -s $(PLAY)
	$(PLAY_PYTHON) tests/play/picture.py lessons/play/screen.svg

test-play: ## develop: play it on a pseudo-terminal, and look at the screen
	$(PLAY_PYTHON) -c 'import pyte' 2>/dev/null || { echo "skipped: no" \
		"python3-pyte"; exit 0; }; \
	$(HAS_NCURSES) || { echo "skipped: no libncurses-dev"; exit 0; }; \
	$(MAKE) --no-print-directory -s $(PLAY) $(PLAY_STATE) && \
		$(PLAY_STATE) && PLAY_MAKE="$(MAKE) B='$(B)' CC='$(CC)' \
		SANITIZE='$(SANITIZE)'" $(PLAY_PYTHON) tests/play/test.py

# The model and the log, with events of the test's own.
PLAY_STATE = $(B)/tests/play/test_state
$(B)/tests/play/%.o: FOLDER_CFLAGS = -Ilessons/play
$(PLAY_STATE): $(B)/tests/play/test_state.o $(B)/lessons/play/state.o \
		$(B)/lessons/play/log.o
	$(LINK) -o $@ $^

$(PLAY): $(PLAY_OBJ) $(B)/lib/libpool.a
	$(LINK) -o $@ $^ -lncursesw -ltinfo

# make scheduler: the pool's protocol as a game. Its levels are read as they are
# played, by the C preprocessor.
SCHEDULER     = $(B)/lessons/scheduler/scheduler
SCHEDULER_OBJ = $(patsubst %.c,$(B)/%.o,$(wildcard lessons/scheduler/*.c))
.PHONY: scheduler
scheduler: $(SCHEDULER) ## learn: break the pool's protocol, if you can [LEVEL=3]
	CC='$(CC)' $< lessons/scheduler/levels '$(LEVEL)'

$(SCHEDULER): $(SCHEDULER_OBJ)
	$(LINK) -o $@ $^

# The same on the site: the page, and all levels as its script reads them.
SCHEDULER_PAGE   = $(SITE)/lessons/scheduler/page
SCHEDULER_LEVELS = $(sort $(wildcard lessons/scheduler/levels/*.level))
.PHONY: scheduler-page
scheduler-page: $(SCHEDULER)
	mkdir -p $(SCHEDULER_PAGE)
	cp $(wildcard lessons/scheduler/page/*) $(SCHEDULER_PAGE)
	cp lessons/site/favicon.svg $(SITE)
	{ echo 'const LEVELS = ['; for level in $(SCHEDULER_LEVELS); do \
		CC='$(CC)' $< --page $$level && echo , || exit 1; done; echo '];'; } \
		>$(SCHEDULER_PAGE)/levels.js

LONG_TARGETS += test-scheduler-all
.PHONY: test-scheduler test-scheduler-all scheduler-picture
SCHEDULER_TEST = $(B)/tests/scheduler
test-scheduler: $(SCHEDULER) ## develop: the game's levels, keys and page; beside spin
	$(MAKE) -s scheduler-page SITE=$(SCHEDULER_TEST)
	CC='$(CC)' sh tests/scheduler/levels.sh $< $(SCHEDULER_TEST)
	CC='$(CC)' PYTHONPATH=tests/play $(SYSTEM_PYTHON) tests/scheduler/keys.py $<
	PYTHONPATH=tests/site $(SYSTEM_PYTHON) tests/scheduler/page.py \
		$(SCHEDULER_TEST)/lessons/scheduler/page/scheduler.html $<

test-scheduler-all: # and every repair, and all states with a death
	ALL=1 $(MAKE) --no-print-directory test-scheduler

scheduler-picture: $(SCHEDULER) ## develop: draw again the screen that README.md shows
	echo 2 1 1 1 g3 g2a g3a | CC='$(CC)' $< lessons/scheduler/levels 3 | \
		$(SYSTEM_PYTHON) lessons/scheduler/picture.py >lessons/scheduler/screen.svg

# Any other number. Patterns come last: a lesson's own rule is found first.
lesson%:
	echo "The lessons are 1 to $(words $(GUIDED)): make lesson1"; exit 2

# The site: all texts and the reference as pages, under build/site. site.py finds
# the texts, doxygen turns them and lib/pool.h into pages, frame.py puts these
# into their frame. A warning is an error.

PACKAGES += doxygen doxygen-awesome-css libjs-lunr python3 python3-lxml \
	gnuplot-nox chromium chromium-driver npm
TEST_TARGETS += test-links
SITE      = $(BUILD)/site
TEXTS     = $(BUILD)/texts
# Of the system's Python: it has what Debian's packages bring.
SYSTEM_PYTHON = PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3

# What the site shows of a run is what the guide said of the same run: one
# recording for text, pictures and viewer.
.PHONY: docs slides test-links test-site test-site-all test-viewer
LONG_TARGETS += test-site-all test-viewer
docs: lessons-build $(SCHEDULER) ## learn: all texts and the reference as one site
	rm -rf $(SITE) $(TEXTS)
	mkdir -p $(SITE) $(TEXTS)
	for lesson in $(foreach l,$(GUIDED),$(call lesson_name,$l)); do \
		$(MAKE) -s $$lesson PREDICT=0 LESSON_OUT=$(TEXTS) \
			TRACE=$(TEXTS)/$$lesson.json </dev/null \
			>$(TEXTS)/$$lesson.txt 2>&1 || { cat $(TEXTS)/$$lesson.txt; \
			echo "docs: without $$lesson's timeline"; }; \
	done
	$(SYSTEM_PYTHON) lessons/site/site.py $(TEXTS) $(SITE) $(TEXTS)
	sed 's|@BUILD@|$(BUILD)|' lessons/site/Doxyfile | doxygen -
	cp $(wildcard lessons/site/*.css lessons/site/*.js) lessons/site/favicon.svg \
		lessons/viewer/viewer.css lessons/viewer/viewer.js /usr/share/javascript/lunr/lunr.js $(SITE)
	$(SYSTEM_PYTHON) lessons/site/frame.py $(SITE) $(TEXTS)
	$(SYSTEM_PYTHON) lessons/site/slides.py $(SITE) $(TEXTS)
	$(MAKE) -s scheduler-page
	echo "built $(SITE)/index.html"

slides: docs ## teach: each lesson for a projector, with notes
	echo "built $(SITE)/lesson1-slides.html and the other lessons' slides"

test-links: # every relative link in every text leads somewhere
	$(SYSTEM_PYTHON) tests/site/links.py

FIRST = $(B)/lessons/03-a-pool-of-workers/first
test-viewer: $(VIEWER) $(FIRST) # a recorded run as one page, in a browser
	sh tests/site/axe.sh $(BUILD)/axe
	$(SYSTEM_PYTHON) tests/site/viewer.py $(VIEWER) $(BUILD)/axe/axe.js $(B)/viewer $(FIRST)

test-site: docs ## develop: the site in a browser
	sh tests/site/axe.sh $(BUILD)/axe
	$(SYSTEM_PYTHON) tests/site/site.py $(SITE) $(BUILD)/axe/axe.js
	$(SYSTEM_PYTHON) tests/site/slides.py $(SITE) $(BUILD)/axe/axe.js

test-site-all: # axe-core looks at every text
	ALL=1 $(MAKE) --no-print-directory test-site
