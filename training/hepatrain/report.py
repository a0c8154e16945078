"""An evaluation as Markdown tables."""

from collections.abc import Iterable
from pathlib import Path

from hepatrain.evaluation import PAPER_ACCURACY, Evaluation
from hepatrain.intervals import Estimate
from hepatrain.metrics import Metric
from hepatrain.paired import Comparison
from hepatrain.vocabulary import STAGES

HEADLINE = (
    *("accuracy", "majority_accuracy", "balanced_accuracy", "macro_f1", "quadratic_kappa"),
    *("auc_moderate_or_worse", "auc_severe", "auc_macro"),
)
CONFIDENCE = ("expected_calibration_error", "brier", "log_loss")
OF_STAGES = tuple(f"{name}_{stage}" for stage in STAGES for name in ("sensitivity", "specificity", "precision"))


def grid(lines: Iterable[Iterable[str]]) -> str:
    """A Markdown table, its first line the header."""
    header, *rest = [list(line) for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in (header, ["---"] * len(header), *rest))


def with_interval(figure: Metric | Estimate | None, signed: bool = False) -> str:
    """A value with its bounds, – where there is none."""
    if figure is None:
        return "–"
    form = "{:+.3f}" if signed else "{:.3f}"
    value = form.format(figure.value)
    return value if figure.lower is None else f"{value} ({form.format(figure.lower)} to {form.format(figure.upper)})"


def table(metrics: list[Metric], names: tuple[str, ...] | None = None, count: str = "studies") -> str:
    """One line for each input and kind of crop, one column for each figure that any of them has."""
    there = dict.fromkeys(metric.name for metric in metrics)
    names = tuple(name for name in names or there if name in there)
    rows: dict[tuple[str, str, int], dict[str, Metric]] = {}
    for metric in metrics:
        if metric.name not in names:
            continue
        rows.setdefault((metric.input, metric.measuredOn, metric.studies), {})[metric.name] = metric
    lines = [["input", "measured on", count, *(name.replace("_", " ") for name in names)]]
    for (name, measured_on, studies), values in rows.items():
        lines.append([name, measured_on, str(studies), *(with_interval(values.get(n)) for n in names)])
    return grid(lines)


def comparison_table(comparisons: list[Comparison]) -> str:
    """One line for each input and variant."""
    names = list(dict.fromkeys(name for comparison in comparisons for name in comparison.differences))
    header = ["input", "variant", "studies", "only this right", "only the other", "p", "p (Holm)"]
    lines = [[*header, *(name.replace("_", " ") for name in names)]]
    for c in comparisons:
        lines.append(
            [
                *(c.input, c.variant, str(c.studies), str(c.only_this_right), str(c.only_other_right)),
                *(f"{c.p:.3g}", f"{c.p_adjusted:.3g}"),
                *(with_interval(c.differences.get(name), signed=True) for name in names),
            ]
        )
    return grid(lines)


def slice_table(slices: list[Metric]) -> str:
    """Accuracy at the paper's measure beside the paper's own."""
    lines = [["input", "measured on", "slices", "accuracy here", "always the commonest stage", "paper"]]
    found = {(m.name, m.input, m.measuredOn): m for m in slices}
    for metric in slices:
        if metric.name == "accuracy":
            commonest = found["majority_accuracy", metric.input, metric.measuredOn]
            paper = f"{PAPER_ACCURACY[metric.input]:.1%}"
            row = (metric.input, metric.measuredOn, str(metric.studies), with_interval(metric))
            lines.append([*row, f"{commonest.value:.3f}", paper])
    return grid(lines)


def report(evaluation: Evaluation, cohort: str, is_paper_cohort: bool, figures: list[str]) -> str:
    """Markdown. `figures` are file names."""
    parts = [
        "# Evaluation",
        f"Of {cohort}. Intervals are 95 %, by bootstrap over patients.",
        f"## Patient level\n\n{table(evaluation.patient, HEADLINE)}",
        "Majority accuracy is that of always answering the commonest stage.",
        f"### By stage\n\n{table(evaluation.patient, OF_STAGES)}",
        f"### Confidence\n\n{table(evaluation.patient, CONFIDENCE)}",
    ]
    if evaluation.slices:
        parts += [
            "## Slice level: the paper's measure",
            "Every slice is a case of its own, and nothing is said of a patient. Slices here are those that the model "
            "stages: of each volume at most as many as its preprocessing says, resampled and with their neighbours, "
            "each given to the stager alone. The paper's are all slices of the dataset, as pictures.",
            slice_table(evaluation.slices),
            "The paper's figures are of the same dataset's official test split, and these of its studies: as near as "
            "different slices can come."
            if is_paper_cohort and evaluation.official
            else f"**Not comparable with the paper's figures**, which are of CirrMRI600+'s official test split: these "
            f"are of {cohort}.",
        ]
    if evaluation.heat:
        lines = [["input", "heat in the liver, times chance"]]
        lines += [[name, with_interval(ratio)] for name, ratio in evaluation.heat.items()]
        parts += [
            "## Heat inside the liver",
            "Share of the heatmaps' heat inside the liver mask over the liver's share of the slices; 1 is chance.",
            grid(lines),
        ]
    if evaluation.comparisons:
        parts += [
            "## Against the other table",
            "This minus the other, on the studies that both answered. p is McNemar's, exact and two-sided, and by Holm "
            "for all rows together.",
            comparison_table(evaluation.comparisons),
        ]
    parts += [f"![{Path(name).stem}]({name})" for name in figures]
    return "\n\n".join(parts) + "\n"
