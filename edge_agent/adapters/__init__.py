"""Touches the world; one noun each."""
