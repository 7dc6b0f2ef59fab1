"""Real servers that tests start for themselves: each on a free port, in a folder of its own."""
