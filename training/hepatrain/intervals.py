"""95 % intervals: bootstrap over patients (Efron and Tibshirani, 1993), Wilson's for a plain share."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from hepatrain.metrics import measure_weighted

LEVEL = 0.95
RESAMPLES = 1000
SEED = 0


@dataclass(frozen=True)
class Estimate:
    """A figure with the bounds of its 95 % interval."""

    value: float
    lower: float
    upper: float


def resample(patients: np.ndarray, resamples: int = RESAMPLES, seed: int = SEED) -> np.ndarray:
    """How often each of B cases is drawn in each resample, [R, B]: patients are drawn, with all of their cases."""
    names, member = np.unique(patients, return_inverse=True)
    count = len(names)
    drawn = np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), size=resamples)  # [R, patients]
    return drawn[:, member].astype(float)


def percentiles(values: np.ndarray) -> tuple[float, float]:
    """Bounds that hold 95 % of the resamples in which the figure is defined."""
    lower, upper = np.nanquantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(lower), float(upper)


def estimate(stages: np.ndarray, probabilities: np.ndarray, patients: np.ndarray) -> dict[str, Estimate]:
    """Every figure that these cases define. stages int [B], probabilities [B, K], patients [B]."""
    weights = np.concatenate((np.ones((1, len(stages))), resample(patients)))
    figures = measure_weighted(stages, probabilities, weights)
    return {
        name: Estimate(float(values[0]), *percentiles(values[1:]))
        for name, values in figures.items()
        if np.isfinite(values[0])
    }


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's interval of a share of independent cases: unlike the bootstrap's it has a width where all are right."""
    bounds = binomtest(hits, count).proportion_ci(LEVEL, method="wilson")
    return float(bounds.low), float(bounds.high)
