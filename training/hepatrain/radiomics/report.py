"""The Markdown report of the radiomics baseline: its tables, and in words what they are worth."""

import numpy as np

SHOWN = {
    "accuracy": "accuracy",
    "balanced_accuracy": "balanced",
    "macro_f1": "macro-F1",
    "quadratic_kappa": "kappa",
    "auc_moderate_or_worse": "AUC ≥ moderate",
    "auc_severe": "AUC severe",
    "auc_macro": "AUC macro",
    "brier": "Brier",
    "expected_calibration_error": "ECE",
    "log_loss": "log loss",
}
REFERENCE = {"T1W": (0.482, 0.468, 0.356, 0.641), "T2W": (0.500, 0.489, 0.340, 0.664)}
"""Accuracy, macro-F1, quadratic kappa and macro AUC of the fixed ExtraTrees on the same tables, measured elsewhere."""
REFERENCE_FIGURES = ("accuracy", "macro_f1", "quadratic_kappa", "auc_macro")


def markdown(lines: list[list[str]]) -> str:
    """A table, its first line the head."""
    return "\n".join(f"| {' | '.join(line)} |" for line in [lines[0], ["---"] * len(lines[0]), *lines[1:]])


def span(row: dict, name: str, digits: int = 3) -> str:
    """A figure with its interval."""
    if name not in row:
        return "–"
    if f"{name}_interval" not in row:
        return f"{row[name]:.{digits}f}"
    lower, upper = row[f"{name}_interval"]
    return f"{row[name]:.{digits}f} ({lower:.2f} to {upper:.2f})"


def figure_table(rows: list[dict]) -> str:
    """One line for each row."""
    head = ["sequence", "classifier", "features", "age, gender", "patients", *SHOWN.values()]
    lines = [
        [row["sequence"], row["classifier"], row["features"], "yes" if row["clinical"] else "no", str(row["patients"])]
        + [span(row, name) for name in SHOWN]
        for row in rows
    ]
    return markdown([head, *lines])


def reference_table(rows: list[dict]) -> str:
    """The fixed ExtraTrees here and elsewhere, and whether the other figure lies within the interval."""
    lines = [["sequence", "figure", "elsewhere", "here", "within the interval"]]
    for row in rows:
        for name, elsewhere in zip(REFERENCE_FIGURES, REFERENCE[row["sequence"]], strict=True):
            lower, upper = row[f"{name}_interval"]
            inside = "yes" if lower <= elsewhere <= upper else "no"
            lines.append([row["sequence"], SHOWN[name], f"{elsewhere:.3f}", span(row, name), inside])
    return markdown(lines)


def difference_table(differences: list[dict]) -> str:
    """One line for each comparison; a star where the interval leaves out 0."""
    lines = [["difference", "sequence", "classifier", "accuracy", "AUC ≥ moderate", "log loss"]]
    for row in differences:
        cells = []
        for name in ("accuracy", "auc_moderate_or_worse", "log_loss"):
            lower, upper = row[f"{name}_interval"]
            star = "*" if lower > 0 or upper < 0 else ""
            cells.append(f"{row[name]:+.3f} ({lower:+.2f} to {upper:+.2f}){star}")
        lines.append([row["difference"], row["sequence"], row["classifier"], *cells])
    return markdown(lines)


def share_beyond_majority(rows: list[dict]) -> str:
    """How many rows' accuracy is above always answering the commonest stage, with their whole interval."""
    beyond = [row["accuracy_interval"][0] > row["majority_accuracy"] for row in rows]
    return f"{sum(beyond)} of {len(beyond)}"


def gain(differences: list[dict], what: str) -> str:
    """A kind of difference in one sentence."""
    these = [row for row in differences if row["difference"] == what]
    accuracy, loss = (np.mean([row[name] for row in these]) for name in ("accuracy", "log_loss"))
    certain = sum(row["log_loss_interval"][1] < 0 for row in these)
    worse = sum(row["log_loss_interval"][0] > 0 for row in these)
    return (
        f"{what}: accuracy {accuracy:+.3f}, log loss {loss:+.3f} on average; the log loss is lower beyond the interval "
        f"in {certain} and higher in {worse} of {len(these)} comparisons."
    )


def best_rows(nested: list[dict]) -> dict[str, dict]:
    """By sequence, the row of the greatest accuracy."""
    sequences = dict.fromkeys(row["sequence"] for row in nested)
    return {
        sequence: max((row for row in nested if row["sequence"] == sequence), key=lambda row: row["accuracy"])
        for sequence in sequences
    }


def worth(nested: list[dict], result: dict) -> str:
    """What the figures are worth, as a list: counted from the rows, and what is known of CirrMRI600+ if they are it."""
    best = best_rows(nested)
    leaders = "; ".join(
        f"{sequence} {span(row, 'accuracy')} by {row['classifier']}, where the commonest stage is "
        f"{row['majority_accuracy']:.3f}"
        for sequence, row in best.items()
    )
    wrong = sorted(1 - row["accuracy"] for row in best.values())
    points = [
        f"The most accurate row of each sequence, picked after the fact and so flattered: {leaders}. Even those are "
        f"wrong for {wrong[0]:.0%} to {wrong[-1]:.0%} of patients. The whole interval is above the commonest stage in "
        f"{share_beyond_majority(nested)} rows.",
        "Part of the signal may not be liver. MR intensities have no unit, so that first-order and texture features "
        "can carry scanner, field strength, coil and reconstruction; volume and diameters can carry body size and "
        "slice thickness; all of them can carry whoever drew the mask. No table names the scanner: none of this can be "
        "taken out here, and nothing here was tried on another hospital.",
    ]
    if result["cirrmri600"]:
        points[1:1] = [
            "The paper's 72.8 % (T1W) and 63.8 % (T2W) are no yardstick for this: they count slices, not patients, on "
            '29 patients of one split, where always answering "mild" scores about 56 % and 52 %. These figures do not '
            "say which is better."
        ]
        points.append(
            "The stage is a radiologist's reading of the same images, not histology: how far readers agree bounds what "
            "can be reached."
        )
    differences = result["differences"]
    points += [gain(differences, what) for what in dict.fromkeys(row["difference"] for row in differences)]
    return "\n".join(f"- {point}" for point in points)


def fixed_section(fixed: list[dict], is_cirrmri600: bool) -> str:
    """The untuned classifier, beside what was measured elsewhere on the same tables."""
    what = "ExtraTrees with 600 trees, at least 2 patients a leaf and balanced weights, untuned, on raw features, "
    if not is_cirrmri600:
        return f"## An untuned forest\n\n{what}5-fold by patient:\n\n{figure_table(fixed)}"
    return (
        f"## The reference, reproduced\n\n{what}5-fold by patient;\nelsewhere it was measured with other folds:\n\n"
        f"{reference_table(fixed)}\n\n{figure_table(fixed)}"
    )


def official_section(official: list[dict], disagreements: int) -> str:
    """The dataset's own split, if there is one."""
    if not official:
        return ""
    joined = (
        f"The splits of T1W and T2W disagree on {disagreements} patients, so that they cannot be joined. "
        if disagreements
        else ""
    )
    return f"""
## The dataset's own split

Trained on its train and valid, measured on its test patients. {joined}So few patients tell little, as the intervals
show.

{figure_table(official)}
"""


def report_of(result: dict, name: str) -> str:
    """The report. result: what `baseline` writes as JSON, name: that file's."""
    rows = result["rows"]
    nested = [row for row in rows if row["protocol"].startswith("nested") and not row["protocol"].endswith("shuffled")]
    fixed = [row for row in rows if row["classifier"].endswith("fixed") and "cross" in row["protocol"]]
    official = [row for row in rows if row["protocol"].startswith("official")]
    chance = next(row for row in rows if row["protocol"].endswith("shuffled"))
    counts = sorted({row["patients"] for row in nested})
    seeds = ", ".join(map(str, result["seeds"]))
    versions = ", ".join(f"{package} {number}" for package, number in result["versions"].items())
    tables = ", ".join(f"{sequence} `{digest[:12]}…`" for sequence, digest in result["tables"].items())
    left_out = "".join(f"\n\n**Left out.** {sentence}" for sentence in result["leftOut"])
    clinical = " with age and gender" if chance["clinical"] else ""
    return f"""# Radiomics: {result["data"]}

One row of features for each patient. Made by

```sh
{result["command"]}
```

with seeds {seeds} and {versions}, revision {result["code"]["revision"]}; every figure is in `{name}`.
SHA-256 of the tables: {tables}.

Every row of the first table is nested cross-validation over patients: five outer folds measure, three inner folds
choose parameters by log loss, and transforms, scaling and feature selection are fitted inside the folds. The folds are
stratified by stage × the sequences that a patient has, and are the same for T1W, T2W and both. Figures are of one
answer a patient, the mean over seeds; in brackets 95 % bootstrap intervals over patients. *AUC macro* is the mean of
each stage against the rest, *Brier* the sum over stages, 0 to 2. *ECE* stands without an interval: resamples make it
larger than it is. Grids are small on purpose: {counts[0]} to {counts[-1]} patients bear no more.{left_out}

## What it is worth

{worth(nested, result)}

## Nested cross-validation

{figure_table(nested)}

{fixed_section(fixed, result["cirrmri600"])}

## Paired differences

Of the same patients, with 95 % intervals; * marks those that leave out 0, uncorrected for how many there are. A lower
log loss is better.

{difference_table(result["differences"])}
{official_section(official, result["splitDisagreements"])}
## Shuffled stages

The same nested procedure ({chance["classifier"]}, {chance["sequence"]}, all features{clinical}) after stages
were shuffled among patients: accuracy {span(chance, "accuracy")} against {chance["majority_accuracy"]:.3f} of the
commonest stage, macro AUC {span(chance, "auc_macro")} against 0.5. A leak would stand above.
"""
