"""`python -m hepatrain.evaluate`: figures of an exported package on prepared studies, in ONNX Runtime as it serves."""

import argparse
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from hepatrain.data.studies import Study, of_split, read_studies
from hepatrain.metrics import measure
from hepatrain.package.runtime import Package
from hepatrain.vocabulary import INPUTS, SEQUENCES, SPLITS, VARIANTS

COHORT_WORDS = {"body": "no liver mask", "liver": "liver mask given"}


@dataclass(frozen=True)
class Metric:
    """A measured figure, in the manifest's words."""

    name: str
    input: str
    value: float
    studies: int
    measuredOn: str  # noqa: N815 — canonical JSON of the proto message
    command: str


def answers_of(package: Package, study: Study, variant: str) -> dict[str, np.ndarray]:
    """Probabilities [K] for each input that the study has as prepared by a variant."""
    volumes = {sequence: study.volume(sequence, variant) for sequence in SEQUENCES}
    there = {sequence: (volume.read(), volume.positions) for sequence, volume in volumes.items() if volume}
    if not there:
        return {}
    present = [sequence in there for sequence in SEQUENCES]
    rows = zip(INPUTS.items(), package.stage(there).probabilities, strict=True)
    return {name: row for (name, needs), row in rows if all(np.greater_equal(present, needs))}


def evaluate(package: Package, studies: list[Study], cohort: str, command: str) -> list[Metric]:
    """Every figure, for every input, without and with liver masks, each on the studies that have just that."""
    metrics = []
    for variant in VARIANTS:
        answers = [(study.stage, answers_of(package, study, variant)) for study in studies]
        measured_on = f"{cohort}, {COHORT_WORDS[variant]}"
        for name in INPUTS:
            stages = np.array([stage for stage, by_input in answers if name in by_input])
            if len(stages) == 0:
                continue
            probabilities = np.stack([by_input[name] for _, by_input in answers if name in by_input])  # [B, K]
            for figure, value in measure(stages, probabilities).items():
                metrics.append(Metric(figure, name, round(value, 4), len(stages), measured_on, command))
    if not metrics:
        raise ValueError("There is no study to measure: the split is empty.")
    return metrics


def table(metrics: list[Metric]) -> str:
    """Markdown: one line for each input and kind of crop, one column for each figure, – where it is undefined."""
    names = list(dict.fromkeys(metric.name for metric in metrics))
    rows: dict[tuple[str, str, int], dict[str, float]] = {}
    for metric in metrics:
        rows.setdefault((metric.input, metric.measuredOn, metric.studies), {})[metric.name] = metric.value
    lines = [["input", "measured on", "studies", *(name.replace("_", " ") for name in names)]]
    lines += [["---"] * len(lines[0])]
    for (name, measured_on, studies), values in rows.items():
        lines.append([name, measured_on, str(studies), *(f"{values[n]:.3f}" if n in values else "–" for n in names)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def command_of(package: Path, prepared: Path, split: str) -> str:
    """The command that measures again, to be run in training/."""
    return f".venv/bin/python -m hepatrain.evaluate --package {package} --prepared {prepared} --split {split}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.evaluate", description=__doc__)
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--prepared", type=Path, required=True, help="folder that `hepastage prepare` wrote")
    parser.add_argument("--split", choices=SPLITS, default="test")
    parser.add_argument("--cohort", default="studies", help="what the studies are, in words")
    parser.add_argument("--json", action="store_true", help="print the metrics as the manifest holds them")
    options = parser.parse_args()
    command = command_of(options.package, options.prepared, options.split)
    studies = of_split(read_studies(options.prepared), options.split)
    metrics = evaluate(Package(options.package), studies, options.cohort, command)
    print(json.dumps([asdict(metric) for metric in metrics], indent=2) if options.json else table(metrics))


if __name__ == "__main__":
    main()
