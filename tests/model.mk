# The protocol on paper: a Promela model that spin searches.

PACKAGES     += spin
TEST_TARGETS += test-model

.PHONY: test-model
test-model: ## search all states of the model of sleeping, waking and dying (spin)
	@sh tests/model/check.sh $(B)/tests/model
