"""Names that picamera2 imports."""


class PICAM2DNG:
    """Of pidng."""
