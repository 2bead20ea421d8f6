#!/bin/bash
# SPDX-License-Identifier: MIT
# Gradescope runs this once, as root, when it builds the image: installs what
# the grader needs, those packages that are missing, and builds it.
set -eu
cd "$(dirname "$0")"
sh tests/setup.sh make gcc libc6-dev
# shellcheck disable=SC2046 # a list of names
sh tests/setup.sh $(make -s packages)
make -s -j"$(nproc)" grade-build
