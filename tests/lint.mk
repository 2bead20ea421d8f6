# What is looked at without being run: analysis and format.

PACKAGES     += cppcheck clang-tidy clang-format
TEST_TARGETS += check-lint check-format

.PHONY: check-lint check-format

# One file at a time: clang-tidy 14 sees ghosts in the second file of a call.
check-lint: $(patsubst %.c,$(B)/lint/%.ok,$(wildcard lib/*.c)) ## cppcheck and clang-tidy find nothing in lib/
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability \
		--inline-suppr --error-exitcode=1 -Ilib lib

$(B)/lint/%.ok: %.c lib/pool.h lib/internal.h lib/client.h lib/arena_layout.h .clang-tidy
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- -std=gnu11 -Ilib 2>/dev/null
	@touch $@

check-format: # every C file is as clang-format would write it
	@git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror
