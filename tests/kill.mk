# Killed at every instruction: workers, supervisors and clients, by ptrace.

TEST_TARGETS += test-kill-ci
KILL_OBJ = $(patsubst %.c,$(B)/%.o,$(wildcard tests/kill/*.c))
KILL_CI_STRIDE = 41

.PHONY: test-kill test-kill-ci

# Bound at once, so that no path leads through the dynamic linker.
$(B)/tests/kill/kill: $(KILL_OBJ) $(LIBPOOL)
	$(Q)$(CC) $(ALL_CFLAGS) -Wl,-z,now -o $@ $^

test-kill: $(B)/tests/kill/kill ## kill processes after every single instruction [STRIDE=n SCENE=]
	@$< $(or $(STRIDE),1) $(if $(SCENE),"$(SCENE)")

test-kill-ci: $(B)/tests/kill/kill # after each 41st, from a random one on
	@$< $(KILL_CI_STRIDE)
