# Hostile submissions. See attacks/README.md.

TEST_TARGETS += test-attacks
FULL          =

.PHONY: test-attacks

test-attacks: grade-build # each attack gets what it must, nobody else notices [FULL=1]
	@B='$(B)' CC='$(CC)' FULL='$(FULL)' sh tests/attacks.sh
