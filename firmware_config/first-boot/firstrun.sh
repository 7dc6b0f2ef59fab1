#!/bin/sh
# Raspberry Pi OS bookworm, whose images have no cloud-init: put this into the boot partition as firstrun.sh, and add to the line of cmdline.txt:
#   systemd.run=/boot/firmware/firstrun.sh systemd.run_success_action=reboot systemd.unit=kernel-command-line.target
# There is no network at that moment: packages are fetched by enrol.sh after the restart.
set -eu
BOOT=${CCTV_BOOT:-/boot/firmware}
sh "$BOOT/cctv/first-boot/install.sh"
sed -i 's| systemd\.[^ ]*||g' "$BOOT/cmdline.txt"
rm -f "$BOOT/firstrun.sh"
