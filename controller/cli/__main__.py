"""`python -m controller.cli`: the same as `cctv`."""

from controller.cli import app

app()
