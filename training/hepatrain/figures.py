"""Figures of an evaluation, as PNG."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import confusion_matrix, roc_curve

from hepatrain.metrics import ECE_BINS
from hepatrain.predictions import WHOLE, PredictionTable
from hepatrain.vocabulary import INPUTS, STAGES, VARIANTS

COLOURS = ("#2a7f62", "#d08c1f", "#a83232")
"""Of the stages."""

POSITIONS = np.linspace(0, 1, 41)
"""Where attention curves are drawn: 0 inferior, 1 superior."""


def panels(predictions: PredictionTable, draw: Callable[[Axes, PredictionTable], None], title: str) -> Figure:
    """One panel for each input (row) and variant (column) that the table has."""
    names = [name for name in INPUTS if (predictions.input == name).any()]
    variants = [variant for variant in VARIANTS if (predictions.variant == variant).any()]
    figure = Figure(figsize=(4 * len(variants), 3.6 * len(names) + 0.5))
    grid = figure.subplots(len(names), len(variants), squeeze=False, sharex=True, sharey=True)
    for index, axes in enumerate(grid.flat):
        name, variant = names[index // len(variants)], variants[index % len(variants)]
        axes.set_title(f"{name}, {variant}")
        answers = predictions.where((predictions.input == name) & (predictions.variant == variant))
        if len(answers):
            draw(axes, answers)
        axes.label_outer()
    figure.suptitle(title)
    # By hand: matplotlib's own layouts draw every figure twice.
    figure.subplots_adjust(
        left=0.15, right=0.97, bottom=0.6 / figure.get_figheight(), top=1 - 0.8 / figure.get_figheight()
    )
    return figure


def confusion_figure(whole: PredictionTable) -> Figure:
    """Counts of studies: rows are true stages."""

    def draw(axes: Axes, answers: PredictionTable) -> None:
        table = confusion_matrix(answers.stage, answers.probabilities.argmax(1), labels=range(len(STAGES)))
        axes.imshow(table / np.maximum(table.sum(1, keepdims=True), 1), cmap="Blues", vmin=0, vmax=1)
        for (row, column), count in np.ndenumerate(table):
            dark = count > table[row].sum() / 2
            axes.text(column, row, str(count), ha="center", va="center", color="white" if dark else "black")
        axes.set_xticks(range(len(STAGES)), STAGES)
        axes.set_yticks(range(len(STAGES)), STAGES)
        axes.set(xlabel="predicted", ylabel="true")

    return panels(whole, draw, "Confusion matrices, patient level")


def roc_figure(whole: PredictionTable) -> Figure:
    """At least moderate against mild, and severe against the rest."""

    def draw(axes: Axes, answers: PredictionTable) -> None:
        for stage, label in ((1, "moderate or worse"), (2, "severe")):
            positive = answers.stage >= stage
            if 0 < positive.sum() < len(positive):
                false, true, _ = roc_curve(positive, answers.probabilities[:, stage:].sum(1))
                axes.plot(false, true, label=label, color=COLOURS[stage])
        axes.plot((0, 1), (0, 1), color="0.7", linewidth=0.8)
        axes.set(xlabel="1 − specificity", ylabel="sensitivity", aspect="equal")
        axes.legend(loc="lower right") if axes.get_legend_handles_labels()[0] else None

    return panels(whole, draw, "ROC curves, patient level")


def reliability_figure(whole: PredictionTable) -> Figure:
    """Accuracy against confidence in equal-width bins; the areas of the dots are the bins' sizes."""

    def draw(axes: Axes, answers: PredictionTable) -> None:
        confidence = answers.probabilities.max(1)
        correct = answers.probabilities.argmax(1) == answers.stage
        bins = np.minimum((confidence * ECE_BINS).astype(int), ECE_BINS - 1)
        for index in np.unique(bins):
            there = bins == index
            size = 300 * there.mean()
            axes.scatter(confidence[there].mean(), correct[there].mean(), s=size, color="#335c81", alpha=0.8)
        axes.plot((0, 1), (0, 1), color="0.7", linewidth=0.8)
        axes.set(xlabel="confidence", ylabel="accuracy", xlim=(0.3, 1), ylim=(0, 1.03))

    return panels(whole, draw, "Reliability, patient level")


def attention_figure(slices: PredictionTable) -> Figure:
    """Slice attention over the position, by stage: mean and the middle half of the studies. 1 is even attention."""

    def draw(axes: Axes, slices: PredictionTable) -> None:
        for stage, label in enumerate(STAGES):
            studies = np.unique(slices.study[slices.stage == stage])
            curves = np.array([curve_of(slices.where(slices.study == study)) for study in studies])
            if len(curves):
                low, high = np.quantile(curves, (0.25, 0.75), axis=0)
                axes.plot(POSITIONS, curves.mean(0), color=COLOURS[stage], label=label)
                axes.fill_between(POSITIONS, low, high, color=COLOURS[stage], alpha=0.15, linewidth=0)
        axes.axhline(1, color="0.7", linewidth=0.8)
        axes.set(xlabel="position, inferior to superior", ylabel="attention × slices", xlim=(0, 1))
        axes.legend() if axes.get_legend_handles_labels()[0] else None

    return panels(slices, draw, "Slice attention")


def curve_of(slices: PredictionTable) -> np.ndarray:
    """One study's attention at `POSITIONS`, relative to an even one."""
    order = np.argsort(slices.position)
    return np.interp(POSITIONS, slices.position[order], slices.attention[order] * len(slices))


def write_figures(predictions: PredictionTable, folder: Path) -> list[str]:
    """Write every figure that the table has rows for; their file names."""
    whole = predictions.where(predictions.slice == WHOLE)
    slices = predictions.where(np.isfinite(predictions.attention))
    drawn = {
        "confusion.png": confusion_figure(whole),
        "roc.png": roc_figure(whole),
        "reliability.png": reliability_figure(whole),
        **({"attention.png": attention_figure(slices)} if len(slices) else {}),
    }
    for name, figure in drawn.items():
        # Without the version of matplotlib in it, the file depends on the predictions only.
        figure.savefig(folder / name, dpi=120, metadata={"Software": None})
    return list(drawn)
