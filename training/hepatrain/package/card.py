"""`MODEL_CARD.md`, written from the package's manifest and label: figures and words cannot disagree with them."""

from hepatrain.intervals import wilson
from hepatrain.metrics import Metric
from hepatrain.package.label import Label
from hepatrain.report import CONFIDENCE, HEADLINE, grid, table, with_interval


def accuracies(metrics: list[Metric]) -> str:
    """One line for each input: accuracy with its interval."""
    lines = []
    for metric in metrics:
        if metric.name == "accuracy":
            said = f"- {metric.input}, {metric.measuredOn}: {metric.value:.1%}"
            if metric.lower is not None:
                said += f" (95 % interval {metric.lower:.0%} to {metric.upper:.0%}, {metric.studies} studies)"
            lines.append(said)
    return "\n".join(lines)


def stage_sets(manifest: dict) -> str:
    """How often sets of stages hold the true one, as measured."""
    sets = manifest.get("stageSets", {})
    if not sets.get("thresholds"):
        return "No threshold was fitted: the sets of stages promise nothing."
    lines = [["input", "threshold", "coverage measured", "mean stages in a set", "studies"]]
    for t in sets["thresholds"]:
        low, high = wilson(round(t["coverage"] * t["studies"]), t["studies"])
        coverage = f"{t['coverage']:.1%} (95 % interval {low:.0%} to {high:.0%})"
        lines.append([t["input"], f"{t['threshold']:.3f}", coverage, f"{t['meanSize']:.2f}", str(t["studies"])])
    return f"""Neighbouring stages that are to hold the true one of {sets["level"]:.0%} of studies like those of the calibration ({sets["method"]}, fitted on {sets["fittedOn"]}). They are not randomised, so they tend to hold it more often. Intervals take each study for one trial.

{grid(lines)}"""


def strangers(manifest: dict, metrics: list[Metric]) -> str:
    """From where on a study is a stranger, and how well that tells strangers from known studies."""
    distribution = manifest.get("distribution", {})
    if not distribution.get("thresholds"):
        return "No distance to the training studies was measured."
    limits = ", ".join(f"{t['sequence']} {t['threshold']:.2f}" for t in distribution["thresholds"])
    quantile = distribution["thresholds"][0]["quantile"]
    said = f"""{distribution["method"]}. Usual is up to {limits}: {quantile:.0%} of {distribution["fittedOn"]} are within."""
    rows = [[m.input, m.measuredOn, str(m.studies), with_interval(m)] for m in metrics if m.name == "ood_auroc"]
    return f"{said}\n\n{grid([['sequence', 'against', 'strangers', 'AUROC'], *rows])}" if rows else said


def card_of(manifest: dict, label: Label) -> str:
    """Markdown. Needs everything of the manifest but its files."""
    metrics = [Metric(**metric) for metric in manifest["metrics"]]
    staged = [metric for metric in metrics if metric.name in (*HEADLINE, *CONFIDENCE)]
    provenance, calibration = manifest["provenance"], manifest["calibration"]
    limits = "\n".join(f"- {limit}" for limit in label.limits)
    return f"""# {manifest["name"]} {manifest["version"]}

**For research use only. Not a medical device, not clinically validated.** {manifest["intendedUse"]}

## What it does

Reads a T1W and/or a T2W volume of the abdomen and gives the probabilities of {", ".join(manifest["stages"])}: from T1W alone, from T2W
alone and from both. An encoder for each sequence turns slices into tokens, attention maps and class-evidence maps; a stager joins
the tokens of both sequences. A missing sequence is masked out.

Trained on: {provenance["trainedOn"]}

## How well

{accuracies(metrics)}

{table(staged, HEADLINE)}

{table(staged, CONFIDENCE)}

Intervals are 95 %, by bootstrap over patients. Majority accuracy is that of always answering the commonest stage. The figures are patient-level: one answer
for each study, measured by

```sh
{metrics[0].command}
```

{label.reading}

## Calibration

{calibration["method"].capitalize()} scaling, divisor {calibration["temperature"]:.3f}, fitted on {calibration["fittedOn"]}. The constant is baked into the stager.

## Sets of stages

{stage_sets(manifest)}

## Strangers

{strangers(manifest, metrics)}

## Limits

{limits}
- Every result carries `{"`, `".join(manifest["warnings"])}`.

## Rebuild

```sh
{provenance["command"]}
```

Revision {provenance["revision"]}, {provenance["createdAt"]}; {", ".join(provenance["frameworks"])}. Licence: {provenance["licence"]}
"""
