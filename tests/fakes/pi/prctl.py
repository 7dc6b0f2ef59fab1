"""In place of prctl, which picamera2 imports and nothing here uses."""
