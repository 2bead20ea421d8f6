#!/bin/sh
# SPDX-License-Identifier: MIT
# Runs a test command in a fresh Debian 13, made by debootstrap in a folder that
# is kept: the second time takes only the tests. Needs root.
#   debian13.sh FOLDER [COMMAND…]      by default: make setup test
#
# The system's processes see no others, and end with it; its root is its folder
# by pivot_root(), for in a chroot() no sandbox can be built.
set -eu
cd "$(dirname "$0")/.."
. tests/prelude.sh
tree=$1
shift
[ $# -gt 0 ] || set -- make setup test
[ "$(id -u)" = 0 ] || die "Debian 13 is set up by root only"
need debootstrap debootstrap
need git git

# A tree that was not finished is made again.
if [ ! -e "$tree.made" ]; then
    rm -rf "$tree"
    mkdir -p "$tree"
    debootstrap --variant=minbase --include=make,gcc,libc6-dev,ca-certificates,git \
        trixie "$tree" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" \
        >"$tree.log" 2>&1 || { tail "$tree.log"; die "debootstrap; see $tree.log"; }
    : >"$tree.made"
fi
rm -rf "$tree/poolschool"
git clone --quiet . "$tree/poolschool"
cp /etc/resolv.conf "$tree/etc/resolv.conf"
# What apt needs to reach its archive from here, where it needs anything.
apt-config dump Acquire | grep -i proxy >"$tree/etc/apt/apt.conf.d/90proxy" || :

unshare --mount --pid --fork --kill-child sh -euc '
    tree=$1
    shift
    mount --make-rprivate /
    mount --bind "$tree" "$tree"
    mount --rbind /sys "$tree/sys"
    mount --rbind /dev "$tree/dev"
    mount -t tmpfs tmpfs "$tree/dev/shm"
    mount -t tmpfs tmpfs "$tree/tmp"
    mount -t proc proc "$tree/proc"
    cd "$tree"
    mkdir -p .outside
    pivot_root . .outside
    cd /poolschool
    umount -l /.outside
    exec env -i HOME=/root LANG=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin \
        CI="${CI:-}" "$@"' sh "$tree" "$@"
