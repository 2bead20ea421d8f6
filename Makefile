# poolschool: process pools in C, taught by running them.
#
# `make` prints the course map, `make help` every command. This file holds what
# all parts share; each part's own targets are in its folder's .mk file.
# Everything built goes under build/.

CC       = gcc
CFLAGS   = -O2 -g
SANITIZE =
PREFIX   = /usr/local

# V=1 shows the commands.
Q = $(if $(V),,@)

# One build folder per compiler and sanitizer, so that they never mix.
comma   := ,
B        = build/$(notdir $(CC))$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))
WARN     = -Wall -Wextra -Werror
ALL_CFLAGS = -std=gnu11 $(WARN) -fno-omit-frame-pointer -MMD -MP -Ilib \
	$(CFLAGS) $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all)

.PHONY: map help
.DEFAULT_GOAL := map

include $(wildcard */*.mk)

map: ## the course map: lessons, exercises, and what each command does
	@sh lessons/map.sh

help: ## every command
	@grep -hE '^[a-zA-Z0-9-]+:.*## ' $(MAKEFILE_LIST) | \
		sed -E 's/^([a-zA-Z0-9-]+):.*## /\1\t/' | sort | \
		awk -F'\t' '{ printf "  make %-18s %s\n", $$1, $$2 }'

clean: ## remove everything that was built
	rm -rf build
.PHONY: clean

-include $(shell find build -name '*.d' 2>/dev/null)
