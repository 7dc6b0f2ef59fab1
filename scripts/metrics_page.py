"""The controller's figures as one page, from the table that `/metrics` is read from."""

from controller.core.figures import FIGURES

_HEAD = """# Metrics

Generated from `controller/core/figures.py`. The controller tells them at `/metrics`, in Prometheus' text format
([who may read it](../operate/monitoring-and-traces.md#figures-for-a-monitor)).
Times are seconds, sizes bytes, shares 0 to 1. What is *of the last 24 hours* moves with
the clock and is a gauge; a counter is kept in the database and goes on after a restart.
"""


def metrics_page() -> str:
    """The whole page."""
    rows = "".join(
        f"| `{one.name}` | {'counter' if one.counts else 'gauge'} | {', '.join(one.labels)} | {one.says} |\n"
        for one in FIGURES
    )
    return f"{_HEAD}\n| name | kind | labels | meaning |\n|---|---|---|---|\n{rows}"
