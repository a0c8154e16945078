"""A package run by ONNX Runtime: as the service runs it."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime

from hepatrain.package.files import ENCODER_INPUT, ENCODER_OUTPUTS, ENCODERS, STAGER, STAGER_INPUTS
from hepatrain.vocabulary import SEQUENCES


@dataclass(frozen=True)
class Answer:
    """What a package says of one study. Slice attention is empty for an absent sequence."""

    probabilities: np.ndarray
    """[3, K], rows as `INPUTS`."""
    slice_attention: dict[str, np.ndarray]
    sequence_attention: np.ndarray
    """[2]."""
    distance: np.ndarray
    """[2], to the training distribution; 0 for an absent sequence."""
    encoded: dict[str, dict[str, np.ndarray]]
    """By sequence: tokens [S, D], attention [S, h, w], evidence [S, K, h, w]."""


class Package:
    """Sessions of a package's graphs."""

    def __init__(self, folder: Path, threads: int = 1) -> None:
        """Opens all graphs on the CPU."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads

        def session(name: str) -> onnxruntime.InferenceSession:
            return onnxruntime.InferenceSession(folder / name, options, providers=["CPUExecutionProvider"])

        self.encoders = {sequence: session(name) for sequence, name in ENCODERS.items()}
        self.stager = session(STAGER)

    def encode(self, sequence: str, slices: np.ndarray) -> dict[str, np.ndarray]:
        """[N, 3, H, W] → tokens, attention, evidence."""
        outputs = self.encoders[sequence].run(ENCODER_OUTPUTS, {ENCODER_INPUT: slices})
        return dict(zip(ENCODER_OUTPUTS, outputs, strict=True))

    def stage(self, study: dict[str, tuple[np.ndarray, np.ndarray]]) -> Answer:
        """A study: slices [S, 3, H, W] and positions [S] of each sequence that is there."""
        encoded = {sequence: self.encode(sequence, slices) for sequence, (slices, _) in study.items()}
        width = next(iter(encoded.values()))["tokens"].shape[1]
        feeds = []
        for sequence in SEQUENCES:
            if sequence in study:
                positions = study[sequence][1]
                feeds += [encoded[sequence]["tokens"][None], positions[None], np.ones((1, len(positions)), np.float32)]
            else:
                feeds += [np.zeros((1, 1, width), np.float32), *[np.zeros((1, 1), np.float32)] * 2]
        probabilities, t1w, t2w, sequences, distance = self.stager.run(
            None, dict(zip(STAGER_INPUTS, feeds, strict=True))
        )
        attention = {sequence: weights[0] for sequence, weights in zip(SEQUENCES, (t1w, t2w), strict=True)}
        return Answer(probabilities[0], attention, sequences[0], distance[0], encoded)
