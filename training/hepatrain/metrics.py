"""Figures of a three-stage classifier.

Every figure is computed for R weightings of the same B cases at once: a bootstrap resample is a weighting, and a
thousand of them are one matrix product. scikit-learn computes one weighting a call; the tests hold these against it.
"""

import math
from dataclasses import dataclass

import numpy as np

from hepatrain.vocabulary import STAGES

ECE_BINS = 10


@dataclass(frozen=True)
class Metric:
    """A measured figure, in the manifest's words."""

    name: str
    input: str
    value: float
    studies: int
    measuredOn: str  # noqa: N815 — canonical JSON of the proto message
    command: str
    lower: float | None = None
    upper: float | None = None
    """Bounds of the 95 % interval."""


def divide(numerator: np.ndarray, denominator: np.ndarray) -> np.ndarray:
    """Quotients; NaN by zero."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(denominator > 0, numerator / denominator, np.nan)


def confusion(stages: np.ndarray, predicted: np.ndarray, weights: np.ndarray, count: int) -> np.ndarray:
    """[R, K, K]: rows are true stages, columns predicted ones."""
    cells = np.eye(count * count)[stages * count + predicted]  # [B, K·K]
    return (weights @ cells).reshape(-1, count, count)


def quadratic_kappa(tables: np.ndarray) -> np.ndarray:
    """Cohen's kappa with squared stage distance: 1 perfect, 0 chance; NaN where all are and are called one stage."""
    grades = np.arange(tables.shape[-1])
    penalty = (grades[:, None] - grades) ** 2
    expected = tables.sum(2)[:, :, None] * tables.sum(1)[:, None, :] / tables.sum((1, 2))[:, None, None]
    return divide((penalty * (expected - tables)).sum((1, 2)), (penalty * expected).sum((1, 2)))


def auc(positive: np.ndarray, score: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Area under the ROC curve: how often a positive scores above a negative; ties count half. NaN without a pair."""
    order = np.argsort(score, kind="stable")
    starts = np.unique(score[order], return_index=True)[1]  # of each run of ties
    positives = np.add.reduceat((weights * positive)[:, order], starts, axis=1)
    negatives = np.add.reduceat((weights * ~positive)[:, order], starts, axis=1)
    below = np.cumsum(negatives, 1) - negatives / 2
    return divide((positives * below).sum(1), positives.sum(1) * negatives.sum(1))


def expected_calibration_error(correct: np.ndarray, confidence: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mean gap between confidence and accuracy over equal-width bins of confidence, weighted by their size."""
    bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    gaps = (weights * (correct - confidence)) @ np.eye(ECE_BINS)[bins]
    return np.abs(gaps).sum(1) / weights.sum(1)


def measure_weighted(stages: np.ndarray, probabilities: np.ndarray, weights: np.ndarray) -> dict[str, np.ndarray]:
    """All figures [R] by name. stages int [B], probabilities [B, K], weights [R, B]; NaN where undefined."""
    count = probabilities.shape[1]
    predicted, truth = probabilities.argmax(1), np.eye(count)[stages]
    correct = (predicted == stages).astype(float)
    tables = confusion(stages, predicted, weights, count)
    total, hits = weights.sum(1), tables.diagonal(axis1=1, axis2=2)  # [R], [R, K]
    of_stage, called = tables.sum(2), tables.sum(1)  # [R, K]
    recall = divide(hits, of_stage)
    one_against_rest = np.stack([auc(stages == k, probabilities[:, k], weights) for k in range(count)])
    log_losses = -np.log(np.maximum(probabilities[np.arange(len(stages)), stages], 1e-9))
    figures = {
        "accuracy": hits.sum(1) / total,
        # Of always answering the commonest stage: what an accuracy is to be compared with.
        "majority_accuracy": of_stage.max(1) / total,
        # Over the stages that occur.
        "balanced_accuracy": divide(np.nansum(recall, 1), (of_stage > 0).sum(1)),
        # A stage that neither occurs nor is predicted counts 0.
        "macro_f1": np.nan_to_num(divide(2 * hits, of_stage + called)).mean(1),
        "quadratic_kappa": quadratic_kappa(tables),
        "auc_moderate_or_worse": auc(stages >= 1, probabilities[:, 1:].sum(1), weights),
        "auc_severe": one_against_rest[-1],
        # Mean of each stage against the rest; undefined where a stage is missing.
        "auc_macro": one_against_rest.mean(0),
        "expected_calibration_error": expected_calibration_error(correct, probabilities.max(1), weights),
        # Sum over the stages: 0 to 2.
        "brier": weights @ ((probabilities - truth) ** 2).sum(1) / total,
        "log_loss": weights @ log_losses / total,
    }
    for k, stage in enumerate(STAGES):
        others = total - of_stage[:, k]
        figures[f"sensitivity_{stage}"] = recall[:, k]
        figures[f"specificity_{stage}"] = divide(others - (called[:, k] - hits[:, k]), others)
        figures[f"precision_{stage}"] = divide(hits[:, k], called[:, k])
    return figures


def measure(stages: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """All figures by name, without those that these cases do not define: say the AUC of a stage that none has."""
    figures = measure_weighted(stages, probabilities, np.ones((1, len(stages))))
    return {name: float(values[0]) for name, values in figures.items() if math.isfinite(values[0])}
