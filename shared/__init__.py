"""The contract between node and controller."""
