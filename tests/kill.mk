# Killed at every instruction: workers and supervisors, by ptrace single steps.

TEST_TARGETS += test-kill-ci
KILL_OBJ = $(B)/tests/kill/kill.o $(B)/tests/kill/trace.o

.PHONY: test-kill test-kill-ci

$(B)/tests/kill/kill: $(KILL_OBJ) $(LIBPOOL)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^

test-kill: $(B)/tests/kill/kill ## kill workers and supervisors after every instruction [STRIDE=n]
	@$< $(or $(STRIDE),1)

test-kill-ci: $(B)/tests/kill/kill # after each 41st, from a random one on
	@$< 41
