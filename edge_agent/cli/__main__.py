"""`python -m edge_agent.cli`: the same as `cctv-edge`."""

from edge_agent.cli import app

app()
