"""Patient-level figures of a three-stage classifier. `stages` int [B], `probabilities` float [B, K]."""

import math

import numpy as np
from scipy.stats import rankdata

ECE_BINS = 10


def confusion(stages: np.ndarray, predicted: np.ndarray, count: int) -> np.ndarray:
    """[K, K]: rows are true stages, columns predicted ones."""
    table = np.zeros((count, count))
    np.add.at(table, (stages, predicted), 1)
    return table


def divide(numerator: float, denominator: float) -> float:
    """A quotient; NaN by zero."""
    return float(numerator / denominator) if denominator else float("nan")


def balanced_accuracy(table: np.ndarray) -> float:
    """Mean recall over the stages that occur."""
    occurs = table.sum(1) > 0
    return float((table.diagonal()[occurs] / table.sum(1)[occurs]).mean())


def macro_f1(table: np.ndarray) -> float:
    """Mean F1 over stages; a stage that neither occurs nor is predicted counts 0."""
    return float((2 * table.diagonal() / np.maximum(table.sum(0) + table.sum(1), 1)).mean())


def quadratic_kappa(table: np.ndarray) -> float:
    """Cohen's kappa with squared stage distance: 1 perfect, 0 chance; NaN where all are and are called one stage."""
    grades = np.arange(len(table))
    penalty = (grades[:, None] - grades) ** 2
    expected = np.outer(table.sum(1), table.sum(0)) / table.sum()
    return divide((penalty * (expected - table)).sum(), (penalty * expected).sum())


def auc(positive: np.ndarray, score: np.ndarray) -> float:
    """Area under the ROC curve: how often a positive scores above a negative; ties count half. NaN without a pair."""
    positives = int(positive.sum())
    above = rankdata(score)[positive].sum() - positives * (positives + 1) / 2
    return divide(above, positives * (len(score) - positives))


def expected_calibration_error(correct: np.ndarray, confidence: np.ndarray) -> float:
    """Mean gap between confidence and accuracy over equal-width bins of confidence, weighted by their size."""
    bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
    gaps = np.bincount(bins, correct - confidence, minlength=ECE_BINS)
    return float(np.abs(gaps).sum() / len(confidence))


def measure(stages: np.ndarray, probabilities: np.ndarray) -> dict[str, float]:
    """All figures by name, without those that these studies do not define: say the AUC of a stage that none has."""
    predicted = probabilities.argmax(1)
    table = confusion(stages, predicted, probabilities.shape[1])
    figures = {
        "accuracy": float((predicted == stages).mean()),
        # Of always answering the commonest stage: what an accuracy is to be compared with.
        "majority_accuracy": float(np.bincount(stages).max() / len(stages)),
        "balanced_accuracy": balanced_accuracy(table),
        "macro_f1": macro_f1(table),
        "quadratic_kappa": quadratic_kappa(table),
        "auc_moderate_or_worse": auc(stages >= 1, probabilities[:, 1:].sum(1)),
        "auc_severe": auc(stages == 2, probabilities[:, 2]),
        "expected_calibration_error": expected_calibration_error((predicted == stages) * 1.0, probabilities.max(1)),
        "log_loss": float(-np.log(np.maximum(probabilities[np.arange(len(stages)), stages], 1e-9)).mean()),
    }
    return {name: value for name, value in figures.items() if math.isfinite(value)}
