"""The only wiring of the node, and what its processes are begun with."""
