# The tests: what the pool and everything around it promise, one named test
# each. README.md says how they work.
#
#   make test        each promise once
#   make test-all    that, and all that takes longer
#
# A folder adds its targets to TEST_TARGETS or LONG_TARGETS, and the Debian
# packages that they need to PACKAGES.

TESTS      = $(B)/tests/run
TEST_OBJ   = $(patsubst %.c,$(B)/%.o,$(wildcard tests/test_*.c))
HARNESS    = $(patsubst %,$(B)/tests/%.o,harness helpers leaks)
TEST_LIBS  = -lcmocka -ljansson -lm -lpthread
PACKAGES  += gcc make libc6-dev clang libclang-rt-dev libcmocka-dev \
	libjansson-dev pkg-config gcovr valgrind cppcheck clang-tidy clang-format \
	spin locales musl-tools man-db
TEST_TARGETS += check-failing check-lint check-format test-make test-harness \
	test-pool test-install test-storm test-litmus
LONG_TARGETS += test-pool-clang test-pool-sanitized test-pool-clang-sanitized \
	test-storm-long test-kill-long test-model test-valgrind test-tsan test-musl \
	test-adding test-attacks-all check-paths test-pool-most
# What they need, built once before they run side by side.
TEST_BUILDS   = $(TESTS) $(B)/tests/harness_selftest $(B)/tests/storm \
	$(B)/tests/kill/kill lib lessons-build exercises grade-build \
	$(PLOTS_TESTS)
# How many targets run side by side: most of them wait most of the time.
TEST_JOBS    = $(shell expr 2 '*' $$(nproc))
# Those that take longest begin first.
TEST_LONGEST = test-exercises test-lessons test-grade test-pool check-paths \
	test-kill-long test-valgrind test-schedules-all test-class-long
longest_first = $(filter $(TEST_LONGEST),$1) $(filter-out $(TEST_LONGEST),$1)
run_tests = TEST_MAKE='$(MAKE) WERROR=1' sh tests/run.sh $(B)/test-logs/$1 $(TEST_JOBS)

.PHONY: setup test test-all test-long test-builds test-make test-adding
.PHONY: test-debian13
.PHONY: check-failing test-pool test-one test-harness test-install coverage
.PHONY: test-storm test-storm-long test-valgrind test-kill test-kill-ci
.PHONY: test-kill-long test-model test-attacks test-attacks-all
.PHONY: check-lint check-paths check-format
.PHONY: test-pool-most test-litmus test-tsan tsan test-musl musl
.PHONY: test-pool-clang test-pool-sanitized test-pool-clang-sanitized

setup: ## develop: install what tests, charts and site need (Debian)
	sh tests/setup.sh $(PACKAGES)

test: ## develop: test what each part promises, in minutes
	$(MAKE) --no-print-directory -j$(TEST_JOBS) WERROR=1 test-builds
	+$(call run_tests,test) $(call longest_first,$(filter-out $(WITHOUT),$(sort $(TEST_TARGETS))))

test-long: ## develop: other compiler, sanitizers, storms, kills, Valgrind
	$(MAKE) --no-print-directory -j$(TEST_JOBS) WERROR=1 test-builds
	+$(call run_tests,long) $(call longest_first,$(filter-out $(WITHOUT),$(sort $(LONG_TARGETS))))

test-all: test ## develop: test, then test-long
	$(MAKE) --no-print-directory test-long

test-builds: $(TEST_BUILDS)
	echo "built what the tests need"

test-make: # what this Makefile promises
	sh tests/make.sh '$(MAKE)'

test-adding: # an exercise and a chart more, as the READMEs say
	sh tests/adding.sh '$(MAKE)'

test-debian13: # both sizes, in a Debian 13 made by debootstrap
	sh tests/debian13.sh $(BUILD)/debian13 make setup test-all

# ---- The pool --------------------------------------------------------------

# Every test_*.c goes into one program. What test_syscalls.c makes fail: calls
# of the library go through failing.c.
FAILING = fork mmap mremap mprotect madvise eventfd signalfd epoll_create1 \
	epoll_ctl poll read write waitpid waitid close prctl sigprocmask sigaction \
	signal sched_getaffinity syscall malloc calloc strdup strndup

# They wait more than they compute.
$(TEST_OBJ): FOLDER_CFLAGS = -O0

$(TESTS): $(TEST_OBJ) $(B)/tests/failing.o $(HARNESS) $(COVERAGE) $(LIBPOOL)
	$(LINK) $(FAILING:%=-Wl,--wrap=%) -o $@ $^ $(TEST_LIBS)

check-failing: $(LIB_OBJ) # the library calls nothing that is not made to fail
	sh tests/failing.sh $(B)/lib $(FAILING)

test-pool: $(TESTS) ## develop: what the pool promises [CC= SANITIZE= TIMES= LOAD=]
	NOT='$(NOT) $(POOL_MOST)' TIMES=$(TIMES) LOAD=$(LOAD) sh tests/passes.sh $(TESTS)

# A fifth of the time of all the others together.
POOL_MOST = most_workers_there_may_be
test-pool-most: $(TESTS)
	$(TESTS) $(POOL_MOST)

test-one: $(TESTS) ## develop: the tests named so: TEST='imap*' [TIMES=100]
	TIMES=$(or $(TIMES),1) $(TESTS) $(foreach t,$(TEST),"$t")

test-pool-clang:
	+$(call other_make,clang,) test-pool

test-pool-sanitized:
	+$(call other_make,gcc,address$(comma)undefined) test-harness test-pool

test-pool-clang-sanitized:
	+$(call other_make,clang,address$(comma)undefined) test-pool

test-harness: $(B)/tests/harness_selftest # the harness can fail
	sh tests/harness_selftest.sh $<

$(B)/tests/harness_selftest: $(B)/tests/harness_selftest.o $(HARNESS) $(LIBPOOL)
	$(LINK) -o $@ $^ $(TEST_LIBS)

test-install: lib # a program outside the repository uses every function
	sh tests/install.sh "$(MAKE)" '$(CC)'

# Fails where a process makes a memory error, but for those of tests/valgrind.txt.
test-valgrind: $(TESTS) ## develop: look for memory errors with Valgrind
	sh tests/valgrind.sh $(TESTS)

# A build of its own. Fails where a line of lib/ is reached by no test and not
# listed, with the reason, in tests/coverage.txt. A process that is stopped while
# it writes its counts would hold up all others: such tests are left out.
COVERAGE_BUILD = $(BUILD)/coverage
coverage: ## develop: the lines of lib/ that tests reach (gcovr)
	find $(COVERAGE_BUILD) -name '*.gcda' -delete 2>/dev/null || true
	mkdir -p $(COVERAGE_BUILD)
	SLOWER=10 NOT='*_stopped_*' $(MAKE) --no-print-directory test-pool \
		B=$(COVERAGE_BUILD) CC=gcc SANITIZE= \
		COVERAGE=$(COVERAGE_BUILD)/tests/coverage.o CFLAGS="-O0 -g --coverage \
		-fprofile-update=atomic -Wl,--wrap=_exit -Wl,--wrap=pause" \
		>$(COVERAGE_BUILD)/log 2>&1 || grep -E '^\[  FAILED' $(COVERAGE_BUILD)/log
	sh tests/coverage.sh $(COVERAGE_BUILD)

# ---- Storms and kills ------------------------------------------------------

STORM_TESTS = $(shell grep -c ^TEST tests/storms.c)

test-storm: $(B)/tests/storm ## develop: kill and stop at random [SECONDS=60 TEST= SEED=]
	SECONDS=$(or $(SECONDS),10) SEED=$(SEED) STORMS=$(if $(TEST),$(words $(TEST)),$(STORM_TESTS)) \
		$< $(foreach t,$(TEST),"$t")

test-storm-long:
	$(MAKE) --no-print-directory test-storm SECONDS=180

$(B)/tests/storm: $(B)/tests/storms.o $(B)/tests/storm.o $(HARNESS) $(LIBPOOL)
	$(LINK) -o $@ $^ $(TEST_LIBS)

# Killed at every instruction, by ptrace: workers, supervisors and clients.
# Bound at once, so that no path leads through the dynamic linker.
$(B)/tests/kill/kill: $(patsubst %.c,$(B)/%.o,$(wildcard tests/kill/*.c)) $(LIBPOOL)
	$(LINK) -Wl,-z,now -o $@ $^

test-kill: $(B)/tests/kill/kill ## develop: kill after every instruction [STRIDE=n SCENE=]
	$< $(or $(STRIDE),1) $(if $(SCENE),"$(SCENE)")

test-kill-ci: $(B)/tests/kill/kill # after each 2003rd: what CI has time for
	$< 2003

test-kill-long: $(B)/tests/kill/kill # after each 101st: seven minutes of a CPU
	$< 101

test-model: ## develop: search all states of the model (spin)
	sh tests/model/check.sh $(B)/tests/model

test-litmus: ## develop: no sleeper and waker miss each other (herd7)
	sh tests/model/litmus.sh

test-musl: ## develop: the library built with musl
	+$(call other_make,musl-gcc,) musl

musl: $(LIBPOOL)
	sh tests/musl.sh $(B)

# The roles as threads: calls that make or end a process go through roles.c.
TSAN      = $(B)/tests/tsan/tsan
TSAN_WRAP = _exit on_exit at_quick_exit pause kill client_arena_map sys_fork \
	sys_reap

test-tsan: ## develop: the roles as threads, under ThreadSanitizer
	+$(call other_make,gcc,thread) CFLAGS='-O1 -g -Wno-tsan' tsan

tsan: $(TSAN)
	sh tests/tsan/tsan.sh $<

$(TSAN): $(B)/tests/tsan/main.o $(B)/tests/tsan/roles.o $(LIBPOOL)
	$(LINK) $(TSAN_WRAP:%=-Wl,--wrap=%) -o $@ $^ -lpthread

# Submissions that cheat or harm. See attacks/README.md.
FULL =
test-attacks: grade-build # each gets what it must, nobody else notices [FULL=1]
	B='$(B)' CC='$(CC)' FULL='$(FULL)' sh tests/attacks.sh

test-attacks-all:
	$(MAKE) --no-print-directory test-attacks FULL=1

# ---- What is looked at without being run -----------------------------------

# Other versions say other things of the same code: these are ours.
CLANG_TOOLS = 14
CPPCHECK    = 2.10
only_ours   = $1 --version | grep -qE '(version|Cppcheck) $2\b' || { \
	echo "skipped: this $1 is not version $2"; exit 0; }

lint = $(call only_ours,clang-tidy,$(CLANG_TOOLS)); \
	clang-tidy --quiet $1 $2 -- -std=gnu11 -Ilib 2>/dev/null

check-lint: ## develop: cppcheck and clang-tidy find nothing in lib/
	$(call lint,--checks='-clang-analyzer-*',lib/*.c)
	$(call only_ours,cppcheck,$(CPPCHECK)); \
	cppcheck --quiet --std=c11 --enable=warning,performance,portability \
		--inline-suppr --error-exitcode=1 -Ilib lib

# The same, and clang's analyzer, which follows every path: a minute of a CPU. One
# file at a time: that of clang-tidy 14 sees ghosts in the second file of a call.
check-paths: $(patsubst %.c,$(B)/lint/%.paths,$(wildcard lib/*.c)) ## develop: clang's analyzer finds nothing in lib/

$(B)/lint/%.paths: %.c $(wildcard lib/*.h) .clang-tidy
	mkdir -p $(@D)
	$(call lint,,$<)
	touch $@

check-format: # every C file is as clang-format would write it
	$(call only_ours,clang-format,$(CLANG_TOOLS)); \
	files=$$(git ls-files '*.c' '*.h') && [ -n "$$files" ] || { \
		echo "check-format asks git which files there are"; exit 1; }; \
	echo "$$files" | xargs clang-format --dry-run -Werror
