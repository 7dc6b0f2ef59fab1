"""In place of OpenEXR, of which picamera2's IMX500 names one class and nothing here uses it."""


class InputFile:
    """Of OpenEXR."""
