"""`MODEL_CARD.md` of a radiomics package, written from its manifest and label."""

from hepatrain.package.label import Label

SHOWN = ("accuracy", "majority_accuracy", "macro_f1", "quadratic_kappa", "auc_moderate_or_worse", "auc_severe")
SHOWN += ("expected_calibration_error", "log_loss")


def figures(metrics: list[dict]) -> str:
    """Markdown: one line for each input."""
    by_input: dict[str, dict[str, dict]] = {}
    for metric in metrics:
        by_input.setdefault(metric["input"], {})[metric["name"]] = metric
    lines = [["input", "patients", *(name.replace("_", " ") for name in SHOWN)]]
    lines += [["---"] * len(lines[0])]
    for name, named in by_input.items():
        lines.append([name, str(named[SHOWN[0]]["studies"]), *(cell(named[figure]) for figure in SHOWN)])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def cell(metric: dict) -> str:
    """A figure with its interval, where it has one."""
    if "lower" not in metric:
        return f"{metric['value']:.3f}"
    return f"{metric['value']:.3f} ({metric['lower']:.2f} to {metric['upper']:.2f})"


def names(features: list[dict]) -> str:
    """The features of one classifier by sequence."""
    by_sequence: dict[str, list[str]] = {}
    for feature in features:
        by_sequence.setdefault(feature["sequence"], []).append(feature["name"].removeprefix("original_"))
    return "; ".join(f"of {sequence} `{'`, `'.join(these)}`" for sequence, these in by_sequence.items())


def described(classifier: dict) -> str:
    """A classifier in one line."""
    features = classifier["features"]
    sequences = " and ".join(classifier["sequences"])
    return f"- {sequences} (`{classifier['graph']}`): {len(features)} features, {names(features)}"


def card_of(manifest: dict, label: Label, kind: str) -> str:
    """Markdown. kind: of classifier, in words. Needs everything of the manifest but its files."""
    provenance = manifest["provenance"]
    classifiers = "\n".join(described(one) for one in manifest["radiomics"]["classifiers"])
    limits = "\n".join(f"- {limit}" for limit in label.limits)
    return f"""# {manifest["name"]} {manifest["version"]}

**For non-commercial research only. Not a medical device, not clinically validated.** {manifest["intendedUse"]}

## What it does

Gives the probabilities of {", ".join(manifest["stages"])} from features of a volume inside its liver mask, as
PyRadiomics 3.1 defines them with its default settings: bin width 25, no resampling, no normalisation. A {kind}
for each input; a graph takes features as they are, whatever it does to them first:

{classifiers}

Of the 14 shape and 18 first-order features those are left out that correlate with a more telling one (|r| > 0.95), like
TotalEnergy with Energy. Age and gender are not asked for: a study does not carry them.

Trained on: {provenance["trainedOn"]}

## How well

{figures(manifest["metrics"])}

In brackets 95 % bootstrap intervals over patients. Majority accuracy is that of always answering the commonest stage.
Measured by

```sh
{manifest["metrics"][0]["command"]}
```

{label.reading}

## Limits

{limits}
- Every result carries `{"`, `".join(manifest["warnings"])}`.

## Rebuild

```sh
{provenance["command"]}
```

Revision {provenance["revision"]}, {provenance["createdAt"]}; {", ".join(provenance["frameworks"])}.
Licence: {provenance["licence"]}
"""
