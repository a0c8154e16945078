"""Two models on the same studies: McNemar's exact test, and paired bootstrap differences."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from hepatrain.intervals import Estimate, percentiles, resample
from hepatrain.metrics import measure_weighted
from hepatrain.predictions import PredictionTable
from hepatrain.vocabulary import INPUTS, VARIANTS

FIGURES = ("accuracy", "macro_f1", "quadratic_kappa", "auc_macro", "auc_moderate_or_worse", "auc_severe")


@dataclass(frozen=True)
class Comparison:
    """Of one input and variant: this model minus the other, on the studies that both answered."""

    input: str
    variant: str
    studies: int
    only_this_right: int
    only_other_right: int
    p: float
    """McNemar's, two-sided."""
    p_adjusted: float
    """The same by Holm (1979), for all comparisons of a report together."""
    differences: dict[str, Estimate]


def mcnemar(this_right: np.ndarray, other_right: np.ndarray) -> float:
    """Exact two-sided p-value of McNemar's test: of the studies where only one is right, is it each half the time?"""
    only_this, only_other = int((this_right & ~other_right).sum()), int((other_right & ~this_right).sum())
    discordant = only_this + only_other
    return float(binomtest(only_this, discordant).pvalue) if discordant else 1.0


def differences(
    stages: np.ndarray, this: np.ndarray, other: np.ndarray, patients: np.ndarray, figures: tuple[str, ...] = FIGURES
) -> dict[str, Estimate]:
    """This minus the other, both resampled by the same patients; without what these studies do not define."""
    weights = np.concatenate((np.ones((1, len(stages))), resample(patients)))
    of_this, of_other = (measure_weighted(stages, probabilities, weights) for probabilities in (this, other))
    found = {name: of_this[name] - of_other[name] for name in figures}
    return {
        name: Estimate(float(values[0]), *percentiles(values[1:]))
        for name, values in found.items()
        if np.isfinite(values[0])
    }


def holm(p_values: list[float]) -> list[float]:
    """Adjusted p-values, in the order given."""
    adjusted, least = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(np.argsort(p_values, kind="stable")):
        least = max(least, min(1.0, p_values[index] * (len(p_values) - rank)))
        adjusted[index] = least
    return adjusted


def align(this: PredictionTable, other: PredictionTable) -> tuple[PredictionTable, PredictionTable]:
    """The rows of the studies that stand in both, in one order. Refuses a study with two different stages."""
    _, rows, other_rows = np.intersect1d(this.study, other.study, assume_unique=True, return_indices=True)
    this, other = this.where(rows), other.where(other_rows)
    if (differing := this.stage != other.stage).any():
        raise ValueError(f"{this.study[differing][0]} has another stage in the other table: these are other studies.")
    return this, other


def compare(this: PredictionTable, other: PredictionTable) -> list[Comparison]:
    """For each input and variant that both tables have."""
    found = []
    for name in INPUTS:
        for variant in VARIANTS:
            one, two = align(this.whole(name, variant), other.whole(name, variant))
            if len(one) == 0:
                continue
            right, other_right = ((t.probabilities.argmax(1) == t.stage) for t in (one, two))
            gained, lost = int((right & ~other_right).sum()), int((other_right & ~right).sum())
            found.append(
                (
                    (name, variant, len(one), gained, lost, mcnemar(right, other_right)),
                    differences(one.stage, one.probabilities, two.probabilities, one.patient),
                )
            )
    if not found:
        raise ValueError("The two tables have no study, input and variant in common: there is nothing to compare.")
    adjusted = holm([facts[-1] for facts, _ in found])
    return [Comparison(*facts, p, by_name) for (facts, by_name), p in zip(found, adjusted, strict=True)]
