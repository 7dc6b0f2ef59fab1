"""In place of simplejpeg, which picamera2 imports and nothing here uses."""
