"""In place of libarchive-c, which needs the system's library."""
