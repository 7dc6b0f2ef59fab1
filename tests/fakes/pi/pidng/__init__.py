"""In place of pidng, which picamera2 imports and nothing here uses."""
