#!/bin/sh
# Puts etc/ in its place, adds this board's lines to config.txt and cmdline.txt, and switches the services on. Twice does no more than once.
set -eu
BOOT=${CCTV_BOOT:-/boot/firmware}
ROOT=${CCTV_ROOT:-}
MODEL=${CCTV_MODEL:-$(tr -d '\0' </proc/device-tree/model)}
FROM=$BOOT/cctv
wanted() { sed -n "s/^$1=//p" "$FROM/enrolment.txt" | tail -n 1 | tr -d '\r'; }

case $MODEL in
    *"Compute Module 5"*) board="pi5 cm5" ;;
    *"Pi 5"*) board=pi5 ;;
    *"Compute Module 4"*) board=cm4 ;;
    *"Pi 4"*) board=pi4 ;;
    *) board= ;;
esac
refuse() {
    echo "install.sh: $1: correct enrolment.txt; nothing was changed" >&2
    exit 2
}
[ -f "$FROM/enrolment.txt" ] || refuse "there is no cctv/enrolment.txt on the boot partition"
for key in data software; do
    case $key=$(wanted $key) in
        data= | data=partition | data=folder | software= | software=partition | software=root) ;;
        *) refuse "$key=$(wanted $key) is none of its two words" ;;
    esac
done
case $board:$(wanted cameras) in
    pi4:*-two) refuse "cameras=$(wanted cameras): this board takes one camera module" ;;
esac
names="all $board $(wanted cameras) $(wanted options)"
for name in $names; do
    [ -f "$FROM/boot/config-$name.txt" ] || refuse "cameras or options: there is no boot/config-$name.txt"
done
if ! grep -q '^# SHT-CCTV$' "$BOOT/config.txt"; then
    # Without comments: early firmware of the Raspberry Pi 5 does not start with a large file.
    {
        echo
        echo '# SHT-CCTV'
        for name in $names; do grep -v -e '^#' -e '^$' "$FROM/boot/config-$name.txt"; done
    } >>"$BOOT/config.txt"
fi
for word in $(grep -v -e '^#' -e '^$' -e '^overlayroot=' "$FROM/boot/cmdline.txt"); do
    grep -qwF -e "$word" "$BOOT/cmdline.txt" || sed -i "1s|\$| $word|" "$BOOT/cmdline.txt"
done

mkdir -p "$ROOT/var/lib/cctv"
(cd "$FROM/etc" && find . -type f ! -name fstab) | while read -r file; do
    [ "$(wanted data)" = folder ] && [ "${file##*/}" = 10-data-partition.conf ] && continue
    mkdir -p "$ROOT/etc/$(dirname "$file")"
    cp "$FROM/etc/$file" "$ROOT/etc/$file"
    chmod 644 "$ROOT/etc/$file" # a FAT partition makes everything executable
done
if [ "$(wanted data)" != folder ] && ! grep -q '^LABEL=cctv-data ' "$ROOT/etc/fstab"; then
    grep '^LABEL=cctv-data ' "$FROM/etc/fstab" >>"$ROOT/etc/fstab"
fi
if [ "$(wanted software)" = partition ] && ! grep -q '^LABEL=cctv-software ' "$ROOT/etc/fstab"; then
    mkdir -p "$ROOT/opt/cctv"
    grep '^LABEL=cctv-software ' "$FROM/etc/fstab" >>"$ROOT/etc/fstab"
fi
systemd-sysusers --root="$ROOT/"
systemctl --root="$ROOT/" enable cctv-first-boot.service cctv-edge.service cctv-edge-update.service cctv-edge-update.path
