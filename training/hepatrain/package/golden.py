"""The golden case: a seeded input and the outputs that the package must give for it, wherever it runs."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hepatrain.package.files import GOLDEN
from hepatrain.package.precision import GOLDEN_TOLERANCE
from hepatrain.package.runtime import Answer, Package
from hepatrain.vocabulary import SEQUENCES

SEED = 20260101
SLICES = {"T1W": 3, "T2W": 2}
"""Unequal and few: mixing the sequences up changes the outputs, and a worker is soon ready."""


def seeded_values(seed: int, start: int, count: int) -> np.ndarray:
    """float32 [count] in [−1, 1]: MurmurHash3's finaliser over a Weyl sequence, which any language can make alike."""
    x = (seed + (np.arange(start, start + count, dtype=np.uint64) * 0x9E3779B9)) & 0xFFFFFFFF
    x ^= x >> 16
    x = (x * 0x85EBCA6B) & 0xFFFFFFFF
    x ^= x >> 13
    x = (x * 0xC2B2AE35) & 0xFFFFFFFF
    x ^= x >> 16
    return (x / 2**31 - 1).astype(np.float32)


@dataclass(frozen=True)
class SeededCase:
    """What a seeded input is made from."""

    seed: int
    slices: dict[str, int]
    """By sequence."""
    height: int
    width: int

    def study(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """By sequence: slices [S, 3, H, W], T1W's values first and T2W's going on, and positions (k + ½) / S."""
        start, study = 0, {}
        for sequence in SEQUENCES:
            shape = (self.slices[sequence], 3, self.height, self.width)
            count = int(np.prod(shape))
            positions = ((np.arange(shape[0]) + 0.5) / shape[0]).astype(np.float32)
            study[sequence] = (seeded_values(self.seed, start, count).reshape(shape), positions)
            start += count
        return study


def fingerprint(values: np.ndarray, seed: int) -> dict[str, float]:
    """Two numbers for a whole tensor: its Euclidean norm, and its product with as many seeded values.

    A plain sum would prove nothing of an attention map, whose sum is 1, nor notice values that have changed places.
    """
    flat = values.ravel().astype(np.float64)
    return {"norm": float(np.sqrt(flat @ flat)), "projection": float(flat @ seeded_values(seed, 0, len(flat)))}


def outputs(answer: Answer, seed: int) -> dict:
    """An answer as the golden file writes it."""
    return {
        "encoded": {
            sequence: {name: fingerprint(values, seed) for name, values in answer.encoded[sequence].items()}
            for sequence in SEQUENCES
        },
        "probabilities": answer.probabilities.tolist(),
        "t1wSliceAttention": answer.slice_attention["T1W"].tolist(),
        "t2wSliceAttention": answer.slice_attention["T2W"].tolist(),
        "sequenceAttention": answer.sequence_attention.tolist(),
        "distance": answer.distance.tolist(),
    }


def write_golden(folder: Path, height: int, width: int, precision: str = "float32") -> None:
    """Run the package and write down what it must give from now on.

    The tolerance is absolute for the stager's outputs, relative to their norm for the encoders', and for a distance
    relative to itself where that is above 1.
    """
    case = SeededCase(SEED, SLICES, height, width)
    golden = {
        "seed": case.seed,
        "slices": case.slices,
        "height": height,
        "width": width,
        "tolerance": GOLDEN_TOLERANCE[precision],
        "expected": outputs(Package(folder).stage(case.study()), case.seed),
    }
    (folder / GOLDEN).write_text(json.dumps(golden, indent=2, allow_nan=False) + "\n")
