# SPDX-License-Identifier: MIT
# Colours of a terminal: none in a pipe or a file, none where NO_COLOR is set. A
# script sources it: . exercises/colour.sh
# shellcheck disable=SC2034
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-}" != dumb ]; then
    green=$(printf '\033[32m') red=$(printf '\033[31m') bold=$(printf '\033[1m')
    dim=$(printf '\033[2m') plain=$(printf '\033[0m')
else
    green='' red='' bold='' dim='' plain=''
fi
