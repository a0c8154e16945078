"""Ordinal conformal sets: neighbouring stages that hold the true one as often as promised (after Lu et al., 2022).

A set grows from the likeliest stage, each time by the likelier neighbour, until its calibrated probability reaches a
threshold: the least one by which enough of the calibration studies' sets include their true stage. Nothing is
randomised, so sets are conservative: where the likeliest stage alone is right more often than promised, so are they.
"""

import math
from dataclasses import dataclass

import numpy as np

from hepatrain.intervals import wilson

LEVEL = 0.9
SPLITS = 200
"""Random halves that coverage is measured on."""


@dataclass(frozen=True)
class Coverage:
    """Measured on studies that the threshold was not fitted on."""

    coverage: float
    lower: float
    upper: float
    """95 % interval of the coverage."""
    mean_size: float
    """Stages in a set."""
    patients: int
    """Trials of the interval: cases of one patient are no new evidence."""


def grow(probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Order of inclusion of the stages, int [B, K], and the set's probability after each, [B, K].

    Of two neighbours as likely as each other the milder comes first.
    """
    count = probabilities.shape[1]
    order = np.empty(probabilities.shape, int)
    for row, values in enumerate(probabilities):
        first = last = int(values.argmax())
        order[row, 0] = first
        for size in range(1, count):
            below = values[first - 1] if first > 0 else -1.0
            above = values[last + 1] if last < count - 1 else -1.0
            if below >= above:
                first -= 1
            else:
                last += 1
            order[row, size] = first if below >= above else last
    return order, np.take_along_axis(probabilities, order, 1).cumsum(1)


def mass_needed(probabilities: np.ndarray, stages: np.ndarray) -> np.ndarray:
    """What the threshold must exceed for each study's set to include its true stage, [B]: the set's probability before.

    0 where that is the likeliest. The probability *with* the true stage would do as well, but makes sets far too large.
    """
    order, mass = grow(probabilities)
    before = mass - np.take_along_axis(probabilities, order, 1)
    return np.maximum(before[order == stages[:, None]], 0)


def fit_threshold(needed: np.ndarray, patients: np.ndarray, level: float = LEVEL) -> float:
    """Just above the conformal quantile of the `mass_needed` [B], to six digits; at most 1, which is every stage.

    Its finite-sample correction counts patients: cases of one patient are no new evidence.
    """
    count = len(np.unique(patients))
    share = math.ceil((count + 1) * level) / count
    if share > 1:
        return 1.0  # too few patients to promise anything less than every stage
    quantile = np.quantile(needed, share, method="inverted_cdf")
    return float(min(1.0, (np.floor(quantile * 1e6) + 1) / 1e6))


def stage_sets(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """bool [B, K]: which stages are in each set. Never empty; all stages where even they do not reach the threshold.

    A threshold of 1 means every stage, however sure the model is.
    """
    if threshold >= 1:
        return np.ones(probabilities.shape, bool)
    order, mass = grow(probabilities)
    before = mass - np.take_along_axis(probabilities, order, 1)  # before each inclusion
    sets = np.zeros(probabilities.shape, bool)
    np.put_along_axis(sets, order, before < threshold, 1)
    sets[np.arange(len(sets)), order[:, 0]] = True
    return sets


def coverage_of(shares: float, sizes: float, patients: np.ndarray) -> Coverage:
    """The interval is Wilson's, for as many trials as there are patients."""
    count = len(np.unique(patients))
    return Coverage(float(shares), *wilson(round(shares * count), count), float(sizes), count)


def measure_coverage(probabilities: np.ndarray, stages: np.ndarray, patients: np.ndarray, threshold: float) -> Coverage:
    """On other studies than the threshold's."""
    sets = stage_sets(probabilities, threshold)
    return coverage_of(sets[np.arange(len(stages)), stages].mean(), sets.sum(1).mean(), patients)


def coverage_by_halves(
    probabilities: np.ndarray, stages: np.ndarray, patients: np.ndarray, level: float = LEVEL, seed: int = 0
) -> Coverage:
    """Fit on a random half of the patients and measure on the other, `SPLITS` times over; means of all."""
    rng = np.random.default_rng(seed)
    names, member = np.unique(patients, return_inverse=True)
    if len(names) < 2:
        raise ValueError(f"Coverage needs studies of at least 2 patients to be measured, received {len(names)}.")
    needed = mass_needed(probabilities, stages)
    shares, sizes = [], []
    for _ in range(SPLITS):
        fitted = np.isin(member, rng.permutation(len(names))[: len(names) // 2])
        threshold = fit_threshold(needed[fitted], patients[fitted], level)
        sets = stage_sets(probabilities[~fitted], threshold)
        shares.append(sets[np.arange(len(sets)), stages[~fitted]].mean())
        sizes.append(sets.sum(1).mean())
    return coverage_of(np.mean(shares), np.mean(sizes), patients)
