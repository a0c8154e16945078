"""Grey-level co-occurrence of neighbours in a volume, to the definitions that PyRadiomics' defaults follow (IBSI 3.6):
fixed bin width, distance of one voxel, 13 directions in 3-D, symmetric, each feature averaged over directions."""

from itertools import product

import numpy as np

DIRECTIONS = [step for step in product((-1, 0, 1), repeat=3) if step > (0, 0, 0)]
"""One of each pair of opposite neighbours: 13."""


def glcm_features(volume: np.ndarray, mask: np.ndarray, bin_width: float) -> dict[str, float]:
    """Correlation, Idn, Idmn, Contrast and JointEntropy of the masked voxels.

    Args:
        volume: [i, j, k].
        mask: bool [i, j, k].
        bin_width: in the volume's units; bins start at multiples of it.

    Raises:
        ValueError: if no two neighbours are both in the mask.
    """
    lowest = np.floor(volume[mask].min() / bin_width)
    levels = np.where(mask, np.floor(volume / bin_width) - lowest, -1).astype(np.int64)
    count = int(levels.max()) + 1
    features = [of_matrix(matrix) for matrix in co_occurrences(levels, count)]
    if not features:
        raise ValueError("The mask has no two voxels beside each other; it must be a volume.")
    return {name: float(np.mean([each[name] for each in features])) for name in features[0]}


def co_occurrences(levels: np.ndarray, count: int) -> list[np.ndarray]:
    """Matrices [count, count] that sum to 1, one of each direction that has neighbours. Levels −1 are outside."""
    matrices = []
    for step in DIRECTIONS:
        ahead = tuple(slice(max(d, 0), min(d, 0) or None) for d in step)
        behind = tuple(slice(max(-d, 0), min(-d, 0) or None) for d in step)
        one, other = levels[ahead], levels[behind]
        inside = (one >= 0) & (other >= 0)
        pairs = np.bincount(one[inside] * count + other[inside], minlength=count * count).reshape(count, count)
        if pairs.any():
            matrix = pairs + pairs.T
            matrices.append(matrix / matrix.sum())
    return matrices


def of_matrix(matrix: np.ndarray) -> dict[str, float]:
    """Features of one direction's matrix [Ng, Ng]."""
    count = len(matrix)
    level = np.arange(count, dtype=float)
    marginal = matrix.sum(0)
    mean = marginal @ level
    variance = marginal @ (level - mean) ** 2
    difference = np.abs(level[:, None] - level)
    covariance = ((level[:, None] - mean) * (level - mean) * matrix).sum()
    return {
        "Correlation": covariance / variance if variance > 0 else 1.0,
        "Idn": (matrix / (1 + difference / count)).sum(),
        "Idmn": (matrix / (1 + difference**2 / count**2)).sum(),
        "Contrast": (matrix * difference**2).sum(),
        "JointEntropy": -(matrix[matrix > 0] * np.log2(matrix[matrix > 0])).sum(),
    }
