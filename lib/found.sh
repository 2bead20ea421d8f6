#!/bin/sh
# SPDX-License-Identifier: MIT
# After an installation: makes the shared library known to the dynamic linker,
# where that looks into its folder, or says what else to do.
#   found.sh LIBDIR [NAME]      without NAME: it has been removed
set -eu
libdir=$1 name=${2:-}
[ -z "${DESTDIR:-}" ] || exit 0 # somebody packs it; nothing runs from there
PATH=$PATH:/usr/sbin:/sbin
[ "$(id -u)" != 0 ] || ldconfig || true
[ -n "$name" ] || exit 0
case $libdir in /*) ;; *) libdir=$PWD/$libdir ;; esac
if ldconfig -p | grep -qF "=> $libdir/$name"; then
    echo "programs find $name"
else
    echo "programs do not look into $libdir for $name:"
    echo "  as root, run ldconfig, if that is a usual folder for libraries;"
    echo "  else add -Wl,-rpath,'$libdir' where you link a program"
fi
