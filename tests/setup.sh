#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs Debian packages, those that are missing; says what it does. Node.js has
# many sources: where npm is there already, Debian's is not wanted.
#   setup.sh PACKAGE…
set -eu
missing=
for package; do
    case " $missing " in *" $package "*) continue ;; esac
    [ "$package" != npm ] || ! command -v npm >/dev/null || continue
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
        grep -q 'ok installed' || missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "setup: everything is there"
    exit 0
fi
if [ "$(id -u)" = 0 ]; then sudo=
elif command -v sudo >/dev/null; then sudo=sudo
else
    echo "setup: these packages are missing, and only root or sudo can install" \
        "them:$missing" >&2
    exit 1
fi
echo "setup: installing$missing"
install="$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y \
    --no-install-recommends -o DPkg::Lock::Timeout=300"
# The lists may be old or not there at all: fetched only where that shows.
$install $missing || { $sudo apt-get update && $install $missing; }
