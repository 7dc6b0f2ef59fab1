"""The node's own server: thin routes over flows."""
