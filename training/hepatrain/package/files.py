"""Names inside a model package."""

from hepatrain.vocabulary import SEQUENCES

ENCODERS = {sequence: f"encoder.{sequence.lower()}.onnx" for sequence in SEQUENCES}
STAGER = "stager.onnx"
GOLDEN = "golden.json"
MANIFEST = "manifest.json"
CARD = "MODEL_CARD.md"
NETWORK = "network.json"
SEEN = "seen.json"
"""Whom the network was trained and stopped on, as hashes."""

ENCODER_INPUT = "slices"
ENCODER_OUTPUTS = ("tokens", "attention", "evidence")
STAGER_INPUTS = tuple(f"{s.lower()}_{part}" for s in SEQUENCES for part in ("tokens", "positions", "valid"))
STAGER_OUTPUTS = ("probabilities", "t1w_slice_attention", "t2w_slice_attention", "sequence_attention", "distance")
