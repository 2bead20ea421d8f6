# The reports of a graded class, and what is packed for others: an autograder
# for Gradescope, the toolkit for students. See grade/README.md.

PACKAGES     += libjansson-dev gnuplot-nox libxml2-utils python3 python3-jsonschema zip unzip
TEST_TARGETS += test-reports test-packages

RENDER     = $(B)/exercises/grade/render
RENDER_OBJ = $(patsubst %.c,$(B)/%.o,$(wildcard exercises/grade/render_*.c))

.PHONY: report packages gradescope student-dist test-reports test-packages

# A text file as a C string.
$(B)/exercises/grade/%.h: exercises/grade/%
	@mkdir -p $(@D)
	@sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< >$@

$(RENDER_OBJ): $(patsubst %,$(B)/exercises/grade/%.h,style.css sort.js)
$(RENDER_OBJ): ALL_CFLAGS += -I$(B)/exercises/grade

$(RENDER): $(RENDER_OBJ)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ -ljansson

report: $(RENDER) ## write the reports of a graded class again: OUT=folder
	@$(RENDER) "$$OUT"

# With sanitizers, too: it reads what others wrote.
SANE = build/$(notdir $(CC))-address-undefined/exercises/grade/render

test-reports: $(RENDER) $(EX_READY) # every format valid, for a nasty class
	@$(MAKE) -s SANITIZE=address,undefined $(SANE)
	@sh tests/reports/test.sh $(RENDER) $(SANE) $(B)/exercises

packages: # what to install for the parts that are here
	@echo $(sort $(PACKAGES))

gradescope: ## pack an autograder for Gradescope [EXERCISES="1 3" CHECKS=folder]
	@EXERCISES='$(EXERCISES)' CHECKS='$(CHECKS)' \
		sh exercises/grade/pack.sh gradescope build/gradescope.zip

student-dist: ## pack the toolkit for students, without the solutions
	@sh exercises/grade/pack.sh student build/poolschool-student.tar.gz

test-packages: # unpacked in empty folders and used
	@sh tests/packages/student.sh
	@sh tests/packages/gradescope.sh
