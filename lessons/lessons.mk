# The lessons: `make lesson3` builds and runs lessons/03-*/lesson.c.
#
# A new lesson needs no rule here: a folder lessons/NN-name/ with lesson.c,
# README.md and, if Python has the same calls, lesson.py is enough. A lesson
# that needs more (more object files, another compiler) says so in a lesson.mk
# of its own, as 10-build-your-own-pool and 12-beyond-one-machine do.
#
# Other programs beside lesson.c (step1.c) build as $(B)/lessons/NN-name/step1.

LESSONS       := $(sort $(patsubst lessons/%/lesson.c,%, \
                   $(wildcard lessons/[0-9][0-9]-*/lesson.c)))
lesson_name    = lesson$(patsubst 0%,%,$(firstword $(subst -, ,$1)))
LESSON_COMMON  = $(patsubst %.c,$(B)/%.o,$(wildcard lessons/common/*.c))
LESSON_SOURCES = $(wildcard lessons/[0-9]*/*.c)
LESSON_LIBS    = -lm -lpthread
# Who tries something out is warned; where all lessons are built it is an error.
LESSON_WARN    = -Wno-error
lessons-build: LESSON_WARN =
# What the programs see; knobs such as WORKERS= come through make by themselves.
LESSON_ENV     = LESSON_OUT=$(B)/lessons PYTHONPATH=lessons/common \
	PYTHONDONTWRITEBYTECODE=1

.PHONY: first lessons lessonN lessonN-python transcripts test-lessons
TEST_TARGETS += test-lessons
# For the Python twins and the pictures; the lessons themselves need neither.
PACKAGES += python3 gnuplot-nox

lessons: ## list the lessons
	@sh lessons/map.sh lessons

lessonN: lessons ## run lesson N: make lesson1, lesson2 … (WORKERS= TASKS= INPUT= TRACE=)

lessonN-python: lessons ## the same in Python, where Python has the same calls

transcripts: lessons-build ## write the programs' output and code into the texts
	@B=$(B) lessons/transcripts.sh write

test-lessons: lessons-build
	@B=$(B) lessons/test.sh

first: $(B)/lessons/02-a-pool-of-workers/first ## the first program, the one in README.md
	@$<

lessons-build: $(B)/lessons/02-a-pool-of-workers/first

-include $(wildcard lessons/[0-9][0-9]-*/lesson.mk)

define lesson_rules
.PHONY: $(call lesson_name,$1) $(call lesson_name,$1)-python
lessons-build: $$(B)/lessons/$1/lesson
$(call lesson_name,$1): $$(B)/lessons/$1/lesson
	@$$(LESSON_ENV) $$<
$(call lesson_name,$1)-python:
	@test -f lessons/$1/lesson.py || { echo "Lesson $1 has no Python twin:" \
		"Python has no such call, or the twin would show nothing new."; exit 1; }
	@command -v python3 >/dev/null || { echo "This needs python3 (on Debian:" \
		"apt install python3). The lesson itself, in C, does not."; exit 1; }
	@$$(LESSON_ENV) python3 lessons/$1/lesson.py
endef
$(foreach lesson,$(LESSONS),$(eval $(call lesson_rules,$(lesson))))

.PHONY: lessons-build
lessons-build:

$(B)/lessons/%.o: lessons/%.c
	@mkdir -p $(@D)
	@$(CC) $(ALL_CFLAGS) $(LESSON_WARN) -Ilessons/common -c -o $@ $<

# The library by its path: LIBPOOL is defined only after this file is read.
$(LESSON_SOURCES:%.c=$(B)/%): %: %.o $(LESSON_COMMON) $(B)/lib/libpool.a
	@$(CC) $(ALL_CFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) \
		$(LESSON_LIBS)

# Any other number. Patterns come last: a lesson's own rule is found first.
lesson%:
	@echo "The lessons are 1 to $(words $(LESSONS)): make lesson1"; exit 2
# The site: all texts and the reference as pages, under build/site.
#
# doxygen reads lib/pool.h and, through lessons/site/site.py, the README.md
# files; the lessons draw their timelines. A warning is an error.

PACKAGES += doxygen doxygen-awesome-css python3 gnuplot-nox chromium \
	chromium-driver
TEST_TARGETS += test-links test-site
SITE      = build/site

.PHONY: docs test-links test-site
docs: lessons-build ## all texts and the reference as one site, under build/site
	@rm -rf $(SITE) build/texts
	@mkdir -p $(SITE) build/texts
	@rm -f $(B)/lessons/lesson*.svg
	@for lesson in $(foreach l,$(LESSONS),$(call lesson_name,$l)); do \
		$(MAKE) -s $$lesson PREDICT=0 </dev/null >build/texts/$$lesson.txt 2>&1 || \
		{ cat build/texts/$$lesson.txt; echo "docs: without $$lesson's timeline"; }; \
	done
	@PYTHONDONTWRITEBYTECODE=1 python3 lessons/site/site.py build/texts $(SITE) $(B)/lessons
	@doxygen lessons/site/Doxyfile
	@echo "built $(SITE)/index.html"

test-links: # every relative link in every text leads somewhere
	@PYTHONDONTWRITEBYTECODE=1 python3 tests/site/links.py

test-site: docs ## the site in a browser: links, search, phone, dark, keyboard
	@PYTHONDONTWRITEBYTECODE=1 python3 tests/site/site.py $(SITE)
