#!/bin/sh
# SPDX-License-Identifier: MIT
# Brings axe-core, which looks for barriers in a page, from npm, once.
#   axe.sh FOLDER      FOLDER/axe.js is it
set -eu
. tests/prelude.sh
version=4.10.3
[ ! -s "$1/axe.js" ] || exit 0
need npm npm
mkdir -p "$1"
(cd "$1" && npm pack --silent "axe-core@$version" >/dev/null) ||
    die "npm could not bring axe-core $version"
tar -xzf "$1/axe-core-$version.tgz" -C "$1" package/axe.min.js
mv "$1/package/axe.min.js" "$1/axe.js"
