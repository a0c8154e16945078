"""95 % intervals: bootstrap over patients (Efron and Tibshirani, 1993); Wilson's for a share of all or of none."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from hepatrain.metrics import measure_weighted
from hepatrain.vocabulary import STAGES

LEVEL = 0.95
RESAMPLES = 1000
SEED = 0

WITHOUT_INTERVAL = ("majority_accuracy", "expected_calibration_error")
"""Both come out larger in resamples than in the cases themselves, so that the resamples' quantiles need not even hold
them: they are told without an interval."""


@dataclass(frozen=True)
class Estimate:
    """A figure with the bounds of its 95 % interval, if it has one."""

    value: float
    lower: float | None = None
    upper: float | None = None


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


def patients_of_shares(stages: np.ndarray, probabilities: np.ndarray, patients: np.ndarray) -> dict[str, int]:
    """By name of each figure that is a share of cases, how many patients those cases are of."""
    predicted = probabilities.argmax(1)
    cases = {"accuracy": stages >= 0}
    for k, stage in enumerate(STAGES):
        of_stage = {"sensitivity": stages == k, "specificity": stages != k, "precision": predicted == k}
        cases |= {f"{name}_{stage}": chosen for name, chosen in of_stage.items()}
    return {name: len(np.unique(patients[chosen])) for name, chosen in cases.items()}


def interval_of(name: str, values: np.ndarray, shares: dict[str, int]) -> Estimate:
    """Of a figure [1 + R], on the cases as they are and on resamples. shares: see `patients_of_shares`.

    Where all or none of the cases are right, so are all resamples, and the bootstrap would be certain: there the
    interval is Wilson's.
    """
    value = float(values[0])
    if name in WITHOUT_INTERVAL:
        return Estimate(value)
    if value in (0, 1) and shares.get(name):
        return Estimate(value, *wilson(round(value * shares[name]), shares[name]))
    return Estimate(value, *percentiles(values[1:]))


def estimate(stages: np.ndarray, probabilities: np.ndarray, patients: np.ndarray) -> dict[str, Estimate]:
    """Every figure that these cases define. stages int [B], probabilities [B, K], patients [B]."""
    weights = np.concatenate((np.ones((1, len(stages))), resample(patients)))
    figures = measure_weighted(stages, probabilities, weights)
    shares = patients_of_shares(stages, probabilities, patients)
    return {name: interval_of(name, values, shares) for name, values in figures.items() if np.isfinite(values[0])}


def wilson(hits: int, count: int) -> tuple[float, float]:
    """Wilson's interval of a share of independent cases: unlike the bootstrap's it has a width where all are right."""
    bounds = binomtest(hits, count).proportion_ci(LEVEL, method="wilson")
    return float(bounds.low), float(bounds.high)
