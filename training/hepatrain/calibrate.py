"""Constants that are fitted after training, on studies that the network was not trained on.

Temperature scaling (Guo et al., 2017), thresholds of the stage sets, and distances from where on a study is a stranger.
"""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from torch import Tensor
from torch.nn import functional as F

from hepatrain.conformal import LEVEL, Coverage, coverage_by_halves, fit_threshold, mass_needed, measure_coverage
from hepatrain.network.model import StagingNetwork
from hepatrain.predict import Predictions
from hepatrain.predictions import PredictionTable
from hepatrain.vocabulary import INPUTS, SEQUENCES

USUAL = 0.99
"""Share of the studies of a kind that the model knows whose distance is usual."""

DISTANCE = (
    "Mahalanobis distance of a sequence's tokens, by their mean and standard deviation over the slices, from those of "
    "the training studies, divided by its mean there"
)


def fit_temperature(logits: Tensor, stages: Tensor) -> float:
    """Divisor of the logits [B, K] of least log loss on `stages` [B]. It never changes the likeliest stage."""

    def log_loss(log_temperature: float) -> float:
        return float(F.cross_entropy(logits / np.exp(log_temperature), stages))

    # A factor of 8 either way: beyond that something other than the temperature is wrong.
    return float(np.exp(minimize_scalar(log_loss, bounds=(-np.log(8), np.log(8)), method="bounded").x))


@torch.no_grad()
def set_temperature(buffer: Tensor, predictions: Predictions) -> float:
    """Fit on all inputs together, because one temperature serves them all, and store it in the network."""
    temperature = fit_temperature(*predictions.of_all_inputs())
    buffer.fill_(temperature)
    return temperature


@dataclass(frozen=True)
class Calibration:
    """All of it, as the manifest holds it."""

    temperature: float
    fitted_on: str
    """Which studies, in words."""
    stage_sets: dict
    """A StageSets message."""
    distribution: dict
    """A Distribution message; without thresholds where no distance was measured."""

    def write(self, path: Path) -> None:
        """As JSON."""
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    @staticmethod
    def read(path: Path) -> "Calibration":
        """What `write` wrote."""
        return Calibration(**json.loads(path.read_text()))


def calibration_of(temperature: float, fitted: PredictionTable, fitted_on: str) -> Calibration:
    """Thresholds fitted on patient-level answers whose probabilities have the temperature already.

    Coverage is measured on random halves of the same answers; `covering` measures it on other studies.
    """
    thresholds = []
    for name in INPUTS:
        answers = fitted.whole(name)
        if len(answers) == 0:
            continue
        needed = mass_needed(answers.probabilities, answers.stage)
        threshold = fit_threshold(needed, answers.patient)
        coverage = coverage_by_halves(answers.probabilities, answers.stage, answers.patient)
        thresholds.append({"input": name, "threshold": threshold} | figures_of(coverage, answers))
    stage_sets = {"level": LEVEL, "method": "ordinal conformal", "fittedOn": fitted_on, "thresholds": thresholds}
    return Calibration(temperature, fitted_on, stage_sets, distribution_of(fitted, fitted_on))


def figures_of(coverage: Coverage, answers: PredictionTable) -> dict:
    """Of a StageSetThreshold message. It counts studies; a study prepared by both variants is one."""
    return {
        "coverage": round(coverage.coverage, 4),
        "meanSize": round(coverage.mean_size, 3),
        "studies": len(set(answers.study)),
    }


def covering(calibration: Calibration, answers: PredictionTable) -> Calibration:
    """The same constants with the coverage of their sets measured on these answers, of studies that had no part in it.

    An input that none of them has keeps its figures.
    """
    thresholds = []
    for threshold in calibration.stage_sets["thresholds"]:
        of_input = answers.whole(threshold["input"])
        if len(of_input):
            columns = (of_input.probabilities, of_input.stage, of_input.patient)
            threshold = threshold | figures_of(measure_coverage(*columns, threshold["threshold"]), of_input)
        thresholds.append(threshold)
    return replace(calibration, stage_sets={**calibration.stage_sets, "thresholds": thresholds})


def distribution_of(fitted: PredictionTable, fitted_on: str) -> dict:
    """A Distribution message: for each sequence the distance that all but 1 % of known studies stay below."""
    thresholds = []
    for sequence in SEQUENCES:
        distances = fitted.whole(sequence).distance
        if len(distances) and np.isfinite(distances).all():
            threshold = float(np.ceil(np.quantile(distances, USUAL) * 1e6) / 1e6)
            thresholds.append({"sequence": sequence, "threshold": threshold, "quantile": USUAL})
    return {"method": DISTANCE, "fittedOn": fitted_on, "thresholds": thresholds}


@torch.no_grad()
def bake(network: StagingNetwork, calibration: Calibration) -> None:
    """Give a network the temperature of a cross-validation. Its thresholds go into the manifest (`package.pack`)."""
    network.stager.temperature.fill_(calibration.temperature)
