"""Modes of camera sensors that see their whole width: left to itself the driver prefers modes that crop. Pure."""

# Sensor: size and fastest rate, the smallest first.
_WHOLE: dict[str, tuple[tuple[tuple[int, int], float], ...]] = {
    "ov5647": (((1296, 972), 43.0), ((2592, 1944), 15.6)),
}


def whole_sensor_mode(sensor: str, size_px: tuple[int, int], fps: float) -> tuple[int, int] | None:
    """The smallest mode that fills the size at the rate, else the largest that keeps the rate; None: not known."""
    fast = [mode for mode, fastest in _WHOLE.get(sensor, ()) if fps <= fastest]
    filling = [mode for mode in fast if mode[0] >= size_px[0] and mode[1] >= size_px[1]]
    return filling[0] if filling else fast[-1] if fast else None
