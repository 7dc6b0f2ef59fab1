"""The edge agent: what runs on one Raspberry Pi node."""
