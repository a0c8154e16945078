"""The source files that a trained network and its answers depend on: with them a step of a build notices a change."""

ANSWERING = ("answers", "calibrate", "checkpoint", "config", "fit_distribution", "predict", "predictions", "vocabulary")
TRAINING = ("losses", "metrics", "train")

TRAINING_SOURCES = (
    *("requirements.txt", "hepatrain/data/*.py", "hepatrain/network/**/*.py", "hepatrain/package/files.py"),
    *(f"hepatrain/{name}.py" for name in (*ANSWERING, *TRAINING)),
)
"""Relative to training/, for `steps.fingerprint_of`."""
