"""`MODEL_CARD.md`, written from the package's manifest and label: figures and words cannot disagree with them."""

import math

from hepatrain.evaluate import Metric, table
from hepatrain.package.label import Label


def accuracy_interval(accuracy: float, studies: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a share."""
    z = 1.96
    centre = (accuracy + z * z / (2 * studies)) / (1 + z * z / studies)
    half = z * math.sqrt(accuracy * (1 - accuracy) / studies + z * z / (4 * studies**2)) / (1 + z * z / studies)
    return centre - half, centre + half


def accuracies(metrics: list[Metric]) -> str:
    """One line for each input: accuracy with its interval."""
    lines = []
    for metric in metrics:
        if metric.name == "accuracy":
            low, high = accuracy_interval(metric.value, metric.studies)
            lines.append(
                f"- {metric.input}, {metric.measuredOn}: {metric.value:.1%} "
                f"(95 % interval {low:.0%} to {high:.0%}, {metric.studies} studies)"
            )
    return "\n".join(lines)


def card_of(manifest: dict, label: Label) -> str:
    """Markdown. Needs everything of the manifest but its files."""
    metrics = [Metric(**metric) for metric in manifest["metrics"]]
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

{table(metrics)}

Majority accuracy is that of always answering the commonest stage. The figures are of the exported graphs in ONNX Runtime, one answer
for each study, measured by

```sh
{metrics[0].command}
```

{label.reading}

## Calibration

{calibration["method"].capitalize()} scaling, divisor {calibration["temperature"]:.3f}, fitted on {calibration["fittedOn"]}. The constant is baked into the stager.

## Limits

{limits}
- Every result carries `{"`, `".join(manifest["warnings"])}`.

## Rebuild

```sh
{provenance["command"]}
```

Revision {provenance["revision"]}, {provenance["createdAt"]}; {", ".join(provenance["frameworks"])}. Licence: {provenance["licence"]}
"""
