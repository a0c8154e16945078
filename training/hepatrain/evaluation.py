"""What is measured on a table of predictions: at patient level, and at the paper's slice level."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass

import numpy as np

from hepatrain.intervals import Estimate, estimate, percentiles, resample
from hepatrain.metrics import Metric
from hepatrain.paired import Comparison, compare
from hepatrain.predictions import NO_FOLD, PredictionTable
from hepatrain.vocabulary import INPUTS, SEQUENCES, VARIANTS

COHORT_WORDS = {"body": "no liver mask", "liver": "liver mask given"}

PAPER_ACCURACY = {"T1W": 0.728, "T2W": 0.638}
"""Slice-level accuracy of arXiv 2502.18225 on the test slices of CirrMRI600+: the best network of each sequence."""


@dataclass(frozen=True)
class Evaluation:
    """Figures of one table."""

    patient: list[Metric]
    slices: list[Metric]
    """The paper's measure: every slice counts as a case. `studies` counts slices."""
    heat: dict[str, Estimate]
    """By input, how much more of the heat lies inside the liver than chance would put there: mean ratio."""
    comparisons: list[Comparison]
    official: bool
    """Whether all answers are for a dataset's own test split of one sequence, which is what the paper measured on."""


def metrics_of(groups: Iterable[tuple[str, str, PredictionTable]], cohort: str, command: str) -> list[Metric]:
    """Every figure with its interval, of tables by input and variant."""
    metrics = []
    for name, variant, answers in groups:
        if len(answers) == 0:
            continue
        measured_on = f"{cohort}, {COHORT_WORDS[variant]}"
        for figure, found in estimate(answers.stage, answers.probabilities, answers.patient).items():
            values = (None if value is None else round(value, 4) for value in (found.lower, found.upper))
            metrics.append(Metric(figure, name, round(found.value, 4), len(answers), measured_on, command, *values))
    return metrics


def patient_metrics(predictions: PredictionTable, cohort: str, command: str) -> list[Metric]:
    """Every figure, for every input, without and with liver masks, each on the studies that have just that."""
    groups = ((name, variant, predictions.whole(name, variant)) for variant in VARIANTS for name in INPUTS)
    metrics = metrics_of(groups, cohort, command)
    if not metrics:
        raise ValueError("There is no study to measure: the table has no patient-level row.")
    return metrics


def slice_metrics(predictions: PredictionTable, cohort: str, command: str) -> list[Metric]:
    """The same of lone slices; their intervals resample patients, because slices of one patient are alike."""
    groups = ((name, variant, predictions.slices(name, variant)) for variant in VARIANTS for name in SEQUENCES)
    return metrics_of(groups, cohort, command)


def heat_ratios(predictions: PredictionTable) -> dict[str, Estimate]:
    """Share of heat inside the liver mask over the liver's share of the slices, mean over studies. 1 is chance."""
    ratios = {}
    for name in INPUTS:
        answers = predictions.whole(name)
        answers = answers.where(np.isfinite(answers.heat_in_liver) & (answers.liver_in_slices > 0))
        if len(answers):
            ratio = answers.heat_in_liver / answers.liver_in_slices
            weights = np.concatenate((np.ones((1, len(ratio))), resample(answers.patient)))
            means = weights @ ratio / weights.sum(1)
            ratios[name] = Estimate(float(means[0]), *percentiles(means[1:]))
    return ratios


def evaluate(
    predictions: PredictionTable, cohort: str, command: str, against: PredictionTable | None = None
) -> Evaluation:
    """All of it."""
    return Evaluation(
        patient_metrics(predictions, cohort, command),
        slice_metrics(predictions, cohort, command),
        heat_ratios(predictions),
        [] if against is None else compare(predictions, against),
        is_official(predictions),
    )


def is_official(predictions: PredictionTable) -> bool:
    """Folds are dealt here; without them the split is the dataset's own. Both sequences together leak in it."""
    tested = (predictions.split == "test").all() and (predictions.fold == NO_FOLD).all()
    return bool(tested) and len(set(predictions.input)) == 1


def as_json(evaluation: Evaluation) -> dict:
    """For programs; metrics as the manifest holds them."""
    return {
        "patientLevel": [asdict(metric) for metric in evaluation.patient],
        "sliceLevel": [asdict(metric) for metric in evaluation.slices],
        "paperSliceLevelAccuracy": PAPER_ACCURACY,
        "heatInLiverToChance": {name: asdict(ratio) for name, ratio in evaluation.heat.items()},
        "comparisons": [asdict(comparison) for comparison in evaluation.comparisons],
    }
