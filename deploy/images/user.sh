#!/bin/sh
# Makes the user cctv (10001, no shell, no home) and the folders $@ that are theirs alone; all else stays root's.
set -eu
groupadd --system --gid 10001 cctv
useradd --system --uid 10001 --gid 10001 --no-create-home --home-dir /var/lib/cctv --shell /usr/sbin/nologin cctv
for folder in "$@"; do
    install -d -m 0700 -o cctv -g cctv "$folder"
done
