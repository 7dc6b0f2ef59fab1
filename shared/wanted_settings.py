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
