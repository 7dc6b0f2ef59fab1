"""Names that picamera2 imports."""


class Picamera2Camera:
    """Of pidng."""
