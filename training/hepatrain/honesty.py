"""`python -m hepatrain.honesty`: whether a package keeps what its confidence promises, on studies that it never saw.

From a package's manifest and a table of predictions of the served pipeline (`hepastage evaluate`): what the temperature
did, coverage of the stage sets, how far strangers are, and whether the heat lies in the liver.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import numpy as np

from hepatrain.command import command_line
from hepatrain.conformal import measure_coverage
from hepatrain.evaluation import heat_ratios
from hepatrain.intervals import Estimate, estimate
from hepatrain.metrics import Metric
from hepatrain.package.files import MANIFEST
from hepatrain.predictions import PredictionTable, read_predictions
from hepatrain.report import grid, with_interval
from hepatrain.unseen import Kind, kind_of_metric, kinds_table, read_kinds
from hepatrain.vocabulary import INPUTS, STAGES

FIGURES = ("expected_calibration_error", "log_loss", "brier")


def without_temperature(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """What the network said before it was calibrated: softmax of logits is known from that of logits / T. [B, K]."""
    logits = temperature * np.log(np.maximum(probabilities, 1e-30))
    raw = np.exp(logits - logits.max(1, keepdims=True))
    return raw / raw.sum(1, keepdims=True)


def temperature_rows(answers: PredictionTable, temperature: float) -> list[dict]:
    """For every input, confidence without and with the temperature."""
    rows = []
    for name in INPUTS:
        of_input = answers.whole(name)
        if len(of_input) == 0:
            continue
        raw = without_temperature(of_input.probabilities, temperature)
        for said, probabilities in (("no", raw), ("yes", of_input.probabilities)):
            found = estimate(of_input.stage, probabilities, of_input.patient)
            figures = {figure: asdict(found[figure]) for figure in FIGURES}
            rows.append({"input": name, "calibrated": said, "answers": len(of_input), **figures})
    return rows


def set_rows(answers: PredictionTable, thresholds: list[dict]) -> list[dict]:
    """Coverage of every input's stage sets: of all studies, and of those of each stage, which nothing promises."""
    rows = []
    for threshold in thresholds:
        of_input = answers.whole(threshold["input"])
        for kind in ("all", *STAGES):
            chosen = of_input if kind == "all" else of_input.where(of_input.stage == STAGES.index(kind))
            if len(chosen):
                columns = (chosen.probabilities, chosen.stage, chosen.patient)
                found = measure_coverage(*columns, threshold["threshold"])
                rows.append({"input": threshold["input"], "stage": kind, **asdict(found)})
    return rows


def honesty(manifest: dict, answers: PredictionTable, strangers: list[Kind]) -> dict:
    """All of it, for programs."""
    temperature = manifest["calibration"]["temperature"]
    return {
        "model": f"{manifest['name']}@{manifest['version']}",
        "temperature": temperature,
        "fittedOn": manifest["calibration"]["fittedOn"],
        "confidence": temperature_rows(answers, temperature),
        "stageSetLevel": manifest["stageSets"]["level"],
        "stageSets": set_rows(answers, manifest["stageSets"]["thresholds"]),
        "distanceUsualMax": {t["sequence"]: t["threshold"] for t in manifest["distribution"]["thresholds"]},
        "strangers": [asdict(kind) for kind in strangers],
        "heatInLiverToChance": {name: asdict(ratio) for name, ratio in heat_ratios(answers).items()},
    }


def page(found: dict, strangers: list[Kind], cohort: str, commands: list[str]) -> str:
    """The same for people, Markdown."""

    def interval(values: dict) -> str:
        return with_interval(Estimate(values["value"], values["lower"], values["upper"]))

    confidence = [["input", "calibrated", "answers", *(figure.replace("_", " ") for figure in FIGURES)]]
    for row in found["confidence"]:
        figures = (interval(row[figure]) for figure in FIGURES)
        confidence.append([row["input"], row["calibrated"], str(row["answers"]), *figures])
    sets = [["input", "studies of stage", "coverage", "mean stages in a set", "patients"]]
    for row in found["stageSets"]:
        coverage = f"{row['coverage']:.1%} ({row['lower']:.0%} to {row['upper']:.0%})"
        sets.append([row["input"], row["stage"], coverage, f"{row['mean_size']:.2f}", str(row["patients"])])
    heat = [["input", "heat in the liver, times chance"]]
    heat += [[name, interval(ratio)] for name, ratio in found["heatInLiverToChance"].items()]
    limits = ", ".join(f"{sequence} {limit:.2f}" for sequence, limit in found["distanceUsualMax"].items())
    return f"""# Calibration and honesty of {found["model"]}

Of {cohort}, answered by the served pipeline. Intervals are 95 %.

## Confidence

Temperature {found["temperature"]:.3f}, fitted on {found["fittedOn"]}. It never changes a stage.

{grid(confidence)}

## Stage sets

Neighbouring stages that are to hold the true one of {found["stageSetLevel"]:.0%} of studies. The promise is for all studies of an input together;
by stage it is only measured.

{grid(sets)}

## Strangers

How often a stranger's distance to the training studies is greater than that of a study of the kind that the model knows; 0.5 is chance. A
distance above {limits} is told as OUT_OF_DISTRIBUTION.

{kinds_table(strangers)}

## Heat in the liver

Share of the heatmaps' heat inside the liver mask over the liver's share of the same slices; 1 is chance.

{grid(heat)}

## Again

```sh
{chr(10).join(commands)}
```
"""


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(prog="python -m hepatrain.honesty", description=__doc__)
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--predictions", type=Path, required=True, help="CSV file of `hepastage evaluate`")
    parser.add_argument(
        "--unseen", type=Path, help="JSON file of `hepatrain.unseen`; without it the manifest's figures"
    )
    parser.add_argument("--cohort", default="studies", help="what the studies are, in words")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--markdown", type=Path, required=True, help="Markdown file to write")
    options = parser.parse_args()
    manifest = json.loads((options.package / MANIFEST).read_text())
    kept = [Metric(**metric) for metric in manifest["metrics"] if metric["name"] == "ood_auroc"]
    strangers, before = [kind_of_metric(metric) for metric in kept], {metric.command for metric in kept}
    if options.unseen:
        strangers, command = read_kinds(options.unseen)
        before = {command}
    found = honesty(manifest, read_predictions(options.predictions), strangers)
    commands = [*sorted(before), command_line("hepatrain.honesty")]
    for path in (options.out, options.markdown):
        path.parent.mkdir(parents=True, exist_ok=True)
    content = {"commands": commands, **found}
    options.out.write_text(json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
    options.markdown.write_text(page(found, strangers, options.cohort, commands))


if __name__ == "__main__":
    main()
