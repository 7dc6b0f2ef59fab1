"""Thin HTTP and WebSocket routes that call flows."""
