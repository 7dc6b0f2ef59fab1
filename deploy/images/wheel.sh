#!/bin/sh
# Builds the project's wheel, its dashboard included, from the source in the working directory into the folder $1.
set -eu
python3 scripts/setup.py
.venv/bin/python -m hatchling build -t wheel -d "$1"
