"""The settings of what counts as trouble with a node as core's values, for whoever watches and whoever shows."""

from controller.core.conditions import Bounds
from controller.watch_settings import Watch


def trouble_bounds(watch: Watch) -> Bounds:
    """From where on a node's figures are trouble."""
    trouble = watch.node_trouble
    return Bounds(
        trouble.disk_free_bytes_min,
        trouble.held_share_max,
        trouble.clock_offset_ms_max,
        watch.store_filling.full_days_min,
    )
