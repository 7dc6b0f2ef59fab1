#!/bin/sh
# Brings what is missing, enrols this node once, and forgets the invitation. Interrupted at any point, it goes on where it stopped.
set -eu
BOOT=${CCTV_BOOT:-/boot/firmware}
HOME_OF_NODE=${CCTV_STATE:-/var/lib/cctv}
PLACE=${CCTV_PLACE:-/opt/cctv}
AS=${CCTV_AS-runuser -u cctv --}
FROM=$BOOT/cctv
CONFIG=$HOME_OF_NODE/node.toml
EDGE=$PLACE/.venv/bin/cctv-edge
wanted() { sed -n "s/^$1=//p" "$FROM/enrolment.txt" | tail -n 1 | tr -d '\r'; }

if [ ! -x "$EDGE" ]; then
    echo "Installing the agent from $FROM/wheels"
    if ! python3 -c 'import av, picamera2, venv' 2>/dev/null || ! command -v chronyc >/dev/null; then
        apt-get update
        DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
            chrony overlayroot python3-av python3-picamera2 python3-venv
    fi
    version=$(basename "$FROM"/wheels/sht_cctv-*.whl | cut -d- -f2)
    mkdir -p "$PLACE/versions/$version"
    python3 -m venv --system-site-packages "$PLACE/versions/$version/venv"
    pip="$PLACE/versions/$version/venv/bin/pip install --no-index --no-deps --find-links $FROM/wheels"
    $pip --require-hashes -r "$FROM/wheels/raspberry-pi.txt"
    $pip "$FROM"/wheels/sht_cctv-*.whl
    [ ! -f "$FROM/release.pem" ] || cp "$FROM/release.pem" "$PLACE/release.pem"
    for link in current good; do ln -sfn "versions/$version" "$PLACE/$link"; done
    ln -sfn current/venv "$PLACE/.venv"
fi
if [ ! -e "$CONFIG" ]; then
    ${CCTV_CHOWN-chown cctv:cctv} "$HOME_OF_NODE"
    url=$(wanted url) token=$(wanted token)
    if [ -z "$url" ] || [ -z "$token" ]; then
        echo "enrolment.txt needs url= and token=" >&2
        exit 2
    fi
    code=0
    {
        $AS "$EDGE" enroll "$url" "$token" --config "$CONFIG" || echo "$?" >"$FROM/code"
    } | tee "$FROM/fingerprint.txt"
    if [ -e "$FROM/code" ]; then
        code=$(cat "$FROM/code")
        rm -f "$FROM/code"
        exit "$code"
    fi
fi
# Cards spread what is written over: shred cannot promise that nothing is left, but the invitation is void now.
shred -u "$FROM/enrolment.txt"
sync
${CCTV_START-systemctl --no-block start cctv-edge.service}
