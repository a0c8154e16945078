"""Model packages: ONNX graphs, golden case, manifest and card."""

import os

# ONNX Runtime would tell its maker about the machine and the model, unless this is set before it is imported.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
