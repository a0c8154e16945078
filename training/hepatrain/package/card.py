"""`MODEL_CARD.md` of a phantom-trained package, written from its manifest: the two cannot disagree."""

import math

from hepatrain.evaluate import Metric, table


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


def card_of(manifest: dict) -> str:
    """Markdown. Needs everything of the manifest but its files."""
    metrics = [Metric(**metric) for metric in manifest["metrics"]]
    provenance, calibration = manifest["provenance"], manifest["calibration"]
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

Always answering the commonest stage gives an accuracy of 40 %. Training, validation and test phantoms come from different seeds. The
figures are of the exported graphs in ONNX Runtime, one answer for each study, measured by

```sh
{metrics[0].command if metrics else "(not measured)"}
```

They say that the pipeline and the network work, and nothing about patients. Neighbouring stages of the phantoms overlap by design: even the
hidden severity itself would give about 95 %.

## Calibration

{calibration["method"].capitalize()} scaling, divisor {calibration["temperature"]:.3f}, fitted on {calibration["fittedOn"]}. The constant is baked into the stager.

## Limits

- Phantoms have one body shape, one liver topology and no lesions, motion, wrap-around, implants or earlier surgery.
- The severity that a phantom shows is drawn from a formula; a real stage is a radiologist's reading. The labels are not Child-Pugh classes.
- On real images it gives an answer that has no meaning. Every result carries `{"`, `".join(manifest["warnings"])}`.

## Rebuild

```sh
{provenance["command"]}
```

Revision {provenance["revision"]}, {provenance["createdAt"]}; {", ".join(provenance["frameworks"])}. Licence: {provenance["licence"]}
"""
