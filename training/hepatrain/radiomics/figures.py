"""Figures of out-of-fold answers: mean over seeds, with bootstrap intervals over patients."""

import numpy as np

from hepatrain.intervals import interval_of, patients_of_shares, resample
from hepatrain.metrics import measure_weighted

COMPARED = ("accuracy", "auc_moderate_or_worse", "log_loss")
"""What paired differences are of."""

Row = dict[str, float | list[float]]


def resampled(stages: np.ndarray, answers: np.ndarray) -> dict[str, np.ndarray]:
    """[1 + R] by name, each the mean over seeds: all patients first, then the bootstrap's, the same ones on every call.

    stages int [B] or [S, B], answers float [S, B, K].
    """
    patients = answers.shape[1]
    weights = np.concatenate([np.ones((1, patients)), resample(np.arange(patients))])
    truth = np.broadcast_to(stages, answers.shape[:2])
    by_seed = [measure_weighted(s, p, weights) for s, p in zip(truth, answers, strict=True)]
    return {name: np.mean([figures[name] for figures in by_seed], axis=0) for name in by_seed[0]}


def row_of(figures: dict[str, np.ndarray], shares: dict[str, int]) -> Row:
    """Each figure that is defined and, as `<name>_interval`, its 95 % interval if it has one."""
    row: Row = {}
    for name, values in figures.items():
        if np.isfinite(values[0]):
            found = interval_of(name, values, shares)
            row[name] = round(found.value, 4)
            if found.lower is not None:
                row[f"{name}_interval"] = [round(found.lower, 4), round(found.upper, 4)]
    return row


def with_intervals(stages: np.ndarray, answers: np.ndarray) -> Row:
    """All figures. stages int [B] or [S, B], answers [S, B, K]."""
    patients = np.arange(answers.shape[1])
    truth = np.broadcast_to(stages, answers.shape[:2])
    by_seed = [patients_of_shares(s, p, patients) for s, p in zip(truth, answers, strict=True)]
    # Every seed answers for the same patients: more seeds are no more evidence.
    shares = {name: min(counts[name] for counts in by_seed) for name in by_seed[0]}
    return row_of(resampled(stages, answers), shares)


def difference(stages: np.ndarray, one: np.ndarray, other: np.ndarray) -> Row:
    """`one` − `other` of the same patients in the figures of `COMPARED`. stages int [B], answers [S, B, K] each."""
    left, right = resampled(stages, one), resampled(stages, other)
    return row_of({name: left[name] - right[name] for name in COMPARED}, {})
