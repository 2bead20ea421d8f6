# poolschool: process pools in C, taught by running them.
#
# `make` prints the course map, `make help` every command. This file holds what
# all parts share; each part's own targets are in its folder's .mk file.
#
#   make CC=clang SANITIZE=address,undefined CFLAGS=-O1    another build
#   make B=/elsewhere lesson1     builds there: the checkout may be read-only
#   make V=1 …                    shows the commands

ifeq ($(origin CC),default)
CC        = gcc
endif
CFLAGS   ?= -O2 -g
CPPFLAGS ?=
LDFLAGS  ?=
SANITIZE ?=
PREFIX   ?= /usr/local
LIBDIR   ?= $(PREFIX)/lib

# The build folder: one per compiler and sanitizer, so that they never mix.
# BUILD is where all of them are, and what does not depend on the compiler.
comma    := ,
empty    :=
space    := $(empty) $(empty)
build_of  = $(subst $(space),-,$(notdir $1))$(if $2,-$(subst $(comma),-,$2))
B         = build/$(call build_of,$(CC),$(SANITIZE))
BUILD    := $(if $(filter file,$(origin B)),build,$(B))
# make of another build: $(call other_make,CC,SANITIZE) TARGET
other_make = $(MAKE) CC='$1' SANITIZE='$2' B='$(BUILD)/$(call build_of,$1,$2)'

# Warnings are errors where tests and CI ask for it, with WERROR=1.
WARNINGS    = -Wall -Wextra $(if $(WERROR),-Werror)
ALL_CFLAGS  = -std=gnu11 $(WARNINGS) -fno-omit-frame-pointer -Ilib \
	$(CPPFLAGS) $(CFLAGS) \
	$(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all) \
	$(if $(filter gcc%,$(CC)),$(if $(findstring thread,$(SANITIZE)),-Wno-tsan))
COMPILE     = $(CC) $(ALL_CFLAGS) $(FOLDER_CFLAGS) -MMD -MP -c
LINK        = $(CC) $(ALL_CFLAGS) $(LDFLAGS)

# Whether a file says just that: make sees it itself, for each process more
# takes time.
same        = $(if $(subst x$1,,x$2)$(subst x$2,,x$1),,same)
is_in       = $(call same,$(file <$1),$2)

.DEFAULT_GOAL := map
.PHONY: map help clean FORCE
.DELETE_ON_ERROR:
ifndef V
.SILENT:
endif

include $(wildcard */*.mk)

map: ## learn: the course map, with what is done and what is next
	B='$(B)' BUILD='$(BUILD)' sh lessons/map.sh

help: ## learn: every command
	. exercises/colour.sh; for group in learn:Learn teach:Teach \
		chart:"Compare and draw" develop:Develop; do \
		echo "$$bold$${group#*:}$$plain"; \
		sed -nE "s/^([a-zA-Z0-9-]+):.*## $${group%%:*}: /\1\t/p" \
			Makefile */*.mk | sort | \
			awk -F'\t' '{ printf "  make %-19s %s\n", $$1, $$2 }'; \
	done

clean: ## develop: remove everything that was built
	rm -rf '$(BUILD)'

# Every C file. A folder adds flags of its own with
# $(B)/folder/%.o: FOLDER_CFLAGS = …
$(B)/%.o: %.c $(B)/flags
	[ -d $(@D) ] || mkdir -p $(@D)
	$(if $(QUIET),,echo "  cc $<")
	$(COMPILE) -o $@ $<

# With other flags, everything is compiled again.
FLAGS     = $(filter-out -Werror,$(CC) $(ALL_CFLAGS) $(LDFLAGS))
$(B)/flags: $(if $(call is_in,$(B)/flags,$(FLAGS)),,FORCE)
	mkdir -p $(@D)
	echo '$(subst ','\'',$(FLAGS))' >$@.$$$$ && \
		{ cmp -s $@.$$$$ $@ && rm $@.$$$$ || mv $@.$$$$ $@; }

FORCE:

-include $(foreach depth,/* /*/* /*/*/*,$(wildcard $(B)$(depth)/*.d))
