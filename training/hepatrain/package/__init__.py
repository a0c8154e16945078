"""Model packages: ONNX graphs, golden case, manifest and card."""
