"""The zero-shot classifier: a pure function from document and rules to a verdict."""

import os

# ONNX Runtime otherwise keeps a telemetry database in the home directory, from its import on.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
