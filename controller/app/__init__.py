"""The controller's only wiring: one module per role, each a process."""
