"""ONNX Runtime, told before it is loaded to report to nobody: by itself it sends what it runs to its maker."""

import os

# `disable_telemetry_events()` comes too late: 1.31 looks its maker up as soon as it is loaded
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # noqa: TID251 - told to a library, not read

import onnxruntime as ort

__all__ = ["ort"]
