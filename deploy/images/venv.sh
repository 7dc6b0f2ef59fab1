#!/bin/sh
# Makes /opt/cctv: the locked packages of $1, each checked by its hash, and the project's wheel $2. No pip stays in it.
set -eu
home=/opt/cctv
python3 -m venv --without-pip "$home"
pip() {
    "$home/bin/python" "$(echo scripts/vendor/pip-*.whl)/pip" --no-input --disable-pip-version-check --no-cache-dir "$@"
}
pip install -q --no-compile --require-hashes --no-deps --only-binary :all: --requirement "$1"
pip install -q --no-compile --no-deps "$2"
packages=$(echo "$home"/lib/python3*/site-packages)
find "$packages" -type d \( -name tests -o -name test \) -path '*/numpy/*' -prune -exec rm -rf {} +
if [ -d "$packages/nvidia" ]; then  # ONNX Runtime finds CUDA and cuDNN by LD_LIBRARY_PATH, whatever their wheels call their folders
    mkdir "$home/lib/cuda"
    find "$packages/nvidia" -name '*.so*' -exec ln -s -t "$home/lib/cuda" {} +
fi
"$home/bin/python" -m compileall -q "$packages"
