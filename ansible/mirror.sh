#!/bin/sh
# Packs what machines without Internet install by apt, with everything it rests on. Run on a machine that has Internet, the same
# distribution and processor: sh mirror.sh FOLDER
set -eu
out=${1:?say where to: sh mirror.sh FOLDER}
packages="ca-certificates chrony mosquitto nfs-common nginx-light openssh-client openssl postgresql prometheus python3 systemd-timesyncd-"
packages=$(echo "$packages" | sed 's/ [^ ]*-$//')
apt-cache show python3-picamera2 >/dev/null 2>&1 && packages="$packages python3-av python3-picamera2"
platform=$(. /etc/os-release && echo "$VERSION_CODENAME")-$(dpkg --print-architecture)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists" "$work/cache/partial" "$work/state"
: >"$work/status"
# As if nothing were installed here: what one machine has, another may lack.
# shellcheck disable=SC2086  # a list
apt-get --quiet --yes --no-install-recommends --download-only \
    -o Dir::State::Status="$work/status" -o Dir::Cache::Archives="$work/cache" -o Debug::NoLocking=1 install $packages
rm -rf "$work/cache/partial" "$work/cache/lock"
(
    cd "$work/cache"
    for file in *.deb; do
        dpkg-deb --field "$file"
        printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d ' ' -f 1)"
    done >Packages
    mkdir -p "$(dirname "$out/x")"
    tar -cf "$out/apt-$platform.tar" .
)
echo "$out/apt-$platform.tar"
