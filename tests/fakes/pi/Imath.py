"""In place of Imath, which picamera2's IMX500 imports and nothing here uses."""
