$(B)/lessons/10-build-your-own-pool/lesson: $(addprefix $(B)/lessons/10-build-your-own-pool/, \
	mypool.o both.o large.o worker_dies.o orphans.o)

# The steps up to STEP= of the pool in POOL=, which a student is typing in.
STEPS = lessons/10-build-your-own-pool/steps
MYPOOL = $(or $(POOL),lessons/10-build-your-own-pool/mypool.c)
.PHONY: lesson10-steps
lesson10-steps: $(LESSON_COMMON) $(B)/lib/libpool.a
	@case "$(STEP)" in [1-5]|"") ;; *) \
		echo "STEP must be a number from 1 to 5." >&2; exit 2;; esac
	@test -r "$(MYPOOL)" || { \
		echo "POOL=$(MYPOOL) cannot be read. It is the file that you type" \
		"lessons/10-*/mypool.c into, step by step." >&2; exit 2; }
	@mkdir -p $(dir $(B)/$(STEPS))
	@$(CC) $(ALL_CFLAGS) -Wno-error -Wno-unused-function -I. \
		-I$(dir $(STEPS)) -Ilessons/common -DSTEP=$(or $(STEP),5) -DPOOL='"$(MYPOOL)"' \
		-o $(B)/$(STEPS) $(STEPS).c $(filter %.o %.a,$^) $(LESSON_LIBS)
	@$(B)/$(STEPS)
