"""Does: awaits ports, in order; one verb each."""
