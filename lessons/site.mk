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
