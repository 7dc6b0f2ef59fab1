"""In place of piexif, which picamera2 imports and nothing here uses."""
