# The tests: what the pool promises, one named test each.
#
#   make test                       everything, with both compilers and sanitizers
#   make test-pool                  the pool's behaviour, this CC and SANITIZE
#   make test-pool TIMES=100 LOAD=2 a hundred times, beside two busy loops
#   make test-one TEST='imap*' TIMES=100
#
# Every test_*.c goes into one program, $(B)/tests/run.

TESTS      = $(B)/tests/run
TEST_OBJ   = $(patsubst %.c,$(B)/%.o,$(wildcard tests/test_*.c))
HARNESS    = $(patsubst %,$(B)/tests/%.o,harness helpers left)
TEST_LIBS  = -lcmocka -ljansson -lm -lpthread
PACKAGES  += gcc make libc6-dev clang libclang-rt-dev libcmocka-dev \
	libjansson-dev pkg-config gcovr valgrind locales
TEST_TARGETS += check-failing test-harness test-pool test-install test-storm

# What `make test` adds where no sanitizer is asked for: the other builds.
OTHER_BUILDS = $(if $(SANITIZE),,test-pool-clang test-pool-sanitized \
	test-pool-clang-sanitized)

.PHONY: setup test check-failing test-pool test-one test-harness test-install test-storm test-valgrind coverage
.PHONY: test-pool-clang test-pool-sanitized test-pool-clang-sanitized

setup: ## develop: install what tests, charts and site need (Debian)
	sh tests/setup.sh $(PACKAGES)

test: ## develop: test everything once, in five minutes
	MAKE="$(MAKE)" sh tests/run.sh $(B)/test-logs $(TEST_TARGETS) $(OTHER_BUILDS)

test-pool-clang:
	$(MAKE) test-pool CC=clang

test-pool-sanitized:
	$(MAKE) test-harness test-pool CC=gcc SANITIZE=address,undefined

test-pool-clang-sanitized:
	$(MAKE) test-pool CC=clang SANITIZE=address,undefined

# What test_syscalls.c makes fail: calls of the library go through failing.c.
FAILING = fork mmap mremap mprotect madvise eventfd signalfd epoll_create1 \
	epoll_ctl poll read write waitpid waitid close prctl sigprocmask sigaction \
	signal sched_getaffinity syscall malloc calloc strdup strndup

$(TESTS): $(TEST_OBJ) $(B)/tests/failing.o $(HARNESS) $(COVERAGE) $(LIBPOOL)
	$(LINK) $(FAILING:%=-Wl,--wrap=%) -o $@ $^ $(TEST_LIBS)

check-failing: $(LIB_OBJ) # the library calls nothing that is not made to fail
	sh tests/failing.sh $(B)/lib $(FAILING)

test-pool: $(TESTS) ## develop: what the pool promises [CC= SANITIZE= TIMES= LOAD=]
	TIMES=$(TIMES) LOAD=$(LOAD) sh tests/passes.sh $(TESTS)

test-one: $(TESTS) ## develop: the tests named so: TEST='imap*' [TIMES=100]
	TIMES=$(or $(TIMES),1) $(TESTS) $(foreach t,$(TEST),"$t")

test-harness: $(B)/tests/harness_selftest # the harness can fail
	sh tests/harness_selftest.sh $<

$(B)/tests/harness_selftest: $(B)/tests/harness_selftest.o $(HARNESS) $(LIBPOOL)
	$(LINK) -o $@ $^ $(TEST_LIBS)

test-install: # a program outside the repository uses every function
	sh tests/install.sh "$(MAKE)" $(CC)

STORM_TESTS = $(shell grep -c ^TEST tests/storms.c)

test-storm: $(B)/tests/storm ## develop: kill and stop at random [SECONDS=60 TEST= SEED=]
	SECONDS=$(or $(SECONDS),20) SEED=$(SEED) STORMS=$(if $(TEST),$(words $(TEST)),$(STORM_TESTS)) \
		$< $(foreach t,$(TEST),"$t")

$(B)/tests/storm: $(B)/tests/storms.o $(B)/tests/storm.o $(HARNESS) $(LIBPOOL)
	$(LINK) -o $@ $^ $(TEST_LIBS)

test-valgrind: $(TESTS) ## develop: look for memory errors with Valgrind
	sh tests/valgrind.sh $(TESTS)

# A build of its own. Fails where a line of lib/ is reached by no test and not
# listed, with the reason, in tests/coverage.txt. A process that is stopped while
# it writes its counts would hold up all others: such tests are left out.
coverage: ## develop: the lines of lib/ that tests reach (gcovr)
	find build/coverage -name '*.gcda' -delete 2>/dev/null || true
	-SLOWER=10 NOT='*_stopped_*' $(MAKE) --no-print-directory test-pool B=build/coverage CC=gcc SANITIZE= \
		COVERAGE=build/coverage/tests/coverage.o CFLAGS="-O0 -g --coverage \
		-fprofile-update=atomic -Wl,--wrap=_exit -Wl,--wrap=pause" >build/coverage.log 2>&1
	grep -E '^\[  FAILED' build/coverage.log || true
	sh tests/coverage.sh build/coverage
# Hostile submissions. See attacks/README.md.

TEST_TARGETS += test-attacks
FULL          =

.PHONY: test-attacks

test-attacks: grade-build # each attack gets what it must, nobody else notices [FULL=1]
	B='$(B)' CC='$(CC)' FULL='$(FULL)' sh tests/attacks.sh
# Killed at every instruction: workers, supervisors and clients, by ptrace.

TEST_TARGETS += test-kill-ci
KILL_OBJ = $(patsubst %.c,$(B)/%.o,$(wildcard tests/kill/*.c))
KILL_CI_STRIDE = 41

.PHONY: test-kill test-kill-ci

# Bound at once, so that no path leads through the dynamic linker.
$(B)/tests/kill/kill: $(KILL_OBJ) $(LIBPOOL)
	$(LINK) -Wl,-z,now -o $@ $^

test-kill: $(B)/tests/kill/kill ## develop: kill after every instruction [STRIDE=n SCENE=]
	$< $(or $(STRIDE),1) $(if $(SCENE),"$(SCENE)")

test-kill-ci: $(B)/tests/kill/kill # after each 41st, from a random one on
	$< $(KILL_CI_STRIDE)
# What is looked at without being run: analysis and format.

PACKAGES     += cppcheck clang-tidy clang-format
TEST_TARGETS += check-lint check-format

.PHONY: check-lint check-format

# One file at a time: clang-tidy 14 sees ghosts in the second file of a call.
check-lint: $(patsubst %.c,$(B)/lint/%.ok,$(wildcard lib/*.c)) ## develop: cppcheck and clang-tidy find nothing in lib/
	cppcheck --quiet --std=c11 --enable=warning,performance,portability \
		--inline-suppr --error-exitcode=1 -Ilib lib

$(B)/lint/%.ok: %.c lib/pool.h lib/internal.h lib/client.h lib/arena_layout.h .clang-tidy
	mkdir -p $(@D)
	clang-tidy --quiet $< -- -std=gnu11 -Ilib 2>/dev/null
	touch $@

check-format: # every C file is as clang-format would write it
	git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror
# The protocol on paper: a Promela model that spin searches.

PACKAGES     += spin
TEST_TARGETS += test-model

.PHONY: test-model
test-model: ## develop: search all states of the model (spin)
	sh tests/model/check.sh $(B)/tests/model
