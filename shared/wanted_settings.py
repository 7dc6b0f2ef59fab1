"""Which of a node's settings may be wanted from afar: the controller refuses the others at once, the node at last."""

NODE_KEYS = frozenset({"cameras", "clip", "upload"})
CAMERA_KEYS = frozenset(
    {
        "motion",
        "overlay",
        "privacy",
        "record",
        "record_windows",
        "source",
        "sub_source",
        "tamper",
        "transcode",
        "upload",
        "upload_windows",
    }
)
SOURCES = ("source", "sub_source")
NODE_TABLES = {
    "clip": frozenset({"post_s", "pre_s"}),
    "upload": frozenset({"always", "held_bytes_max", "rate_bytes_s", "windows"}),
}
"""What each of the node's tables takes."""
CAMERA_TABLES = {
    "motion": frozenset({"least_blocks", "least_share", "masks", "sensitivity", "zones"}),
    "overlay": frozenset({"clock", "position", "text"}),
    "tamper": frozenset({"clear_s", "frozen_raise_s", "kinds", "raise_s", "sensitivity"}),
}
"""What each of a camera's tables takes."""
