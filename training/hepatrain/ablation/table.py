"""What the runs of a grid say: figures with intervals over studies and seeds, and what each part is worth."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from hepatrain.ablation.grid import FULL
from hepatrain.intervals import RESAMPLES, Estimate, percentiles, resample
from hepatrain.metrics import measure_weighted
from hepatrain.predictions import PredictionTable
from hepatrain.report import grid, with_interval
from hepatrain.vocabulary import INPUTS

FIGURES = ("accuracy", "quadratic_kappa", "auc_macro", "log_loss")


@dataclass(frozen=True)
class Row:
    """A variation's answers from one input."""

    name: str
    input: str
    studies: int
    seeds: int
    figures: dict[str, Estimate]
    against: str
    """The input that the full network was given for the differences."""
    differences: dict[str, Estimate]
    """This row minus the full network, on the same studies in the same variants; empty for the very same answers."""

    @property
    def verdict(self) -> str:
        """By accuracy; where that shows nothing by log loss, which also hears how sure a right or wrong answer was."""
        if not self.differences:
            return ""
        accuracy, loss = self.differences["accuracy"], self.differences["log_loss"]
        shown = {
            "costs": accuracy.upper < 0,
            "gains": accuracy.lower > 0,
            "costs log loss": loss.lower > 0,
            "gains log loss": loss.upper < 0,
        }
        return next((words for words, holds in shown.items() if holds), "no difference shown")


def own_inputs(table: PredictionTable) -> list[str]:
    """What a row's networks read: one of one sequence answers for that sequence alone."""
    return [name for name in INPUTS if (table.input == name).any()]


def cases_of(table: PredictionTable) -> np.ndarray:
    """Study and variant of each answer, as one word [N]."""
    return np.char.add(np.char.add(table.study.astype(str), "/"), table.variant.astype(str))


def by_seed(tables: list[PredictionTable], cases: np.ndarray) -> dict[str, np.ndarray]:
    """Figures [S, 1 + R] of `cases`: as they are, then on resamples of their patients, alike for every row."""
    found: dict[str, list[np.ndarray]] = {name: [] for name in FIGURES}
    for table in tables:
        part = table.where(np.isin(cases_of(table), cases))
        weights = np.concatenate((np.ones((1, len(part))), resample(part.patient)))
        figures = measure_weighted(part.stage, part.probabilities, weights)
        for name in FIGURES:
            found[name].append(figures[name])
    return {name: np.stack(values) for name, values in found.items()}


def over_seeds(values: np.ndarray, stream: int) -> np.ndarray:
    """[S, 1 + R] → [1 + R]: the mean over seeds, then means over resampled seeds.

    S seeds drawn with replacement vary (S − 1)/S as much as other seeds would: with few seeds intervals are too short.
    """
    count = len(values)
    drawn = np.random.default_rng((1, stream)).multinomial(count, np.full(count, 1 / count), size=RESAMPLES)  # [R, S]
    return np.concatenate(([values[:, 0].mean()], (drawn / count * values[:, 1:].T).sum(1)))


def estimates(values: dict[str, np.ndarray]) -> dict[str, Estimate]:
    """Of [1 + R] by name."""
    return {
        name: Estimate(float(found[0]), *percentiles(found[1:]))
        for name, found in values.items()
        if np.isfinite(found[0])
    }


def compare(runs: dict[str, list[PredictionTable]], name: str, of_input: str, against: str) -> Row | None:
    """A row's answers from an input beside the full network's from another or the same. None: no study has both."""
    own, full = [t.whole(of_input) for t in runs[name]], [t.whole(against) for t in runs[FULL]]
    cases = np.intersect1d(cases_of(own[0]), cases_of(full[0]))
    if len(cases) == 0:
        return None
    # Seeds are no pairs: two networks that share one have nothing else in common. Unless they are the same network.
    streams = list(runs)
    figures = {f: over_seeds(values, streams.index(name)) for f, values in by_seed(own, cases).items()}
    differences = {}
    if (name, of_input) != (FULL, against):
        of_full = {f: over_seeds(values, streams.index(FULL)) for f, values in by_seed(full, cases).items()}
        differences = estimates({f: figures[f] - of_full[f] for f in FIGURES})
    studies = len(np.unique(own[0].study[np.isin(cases_of(own[0]), cases)]))
    return Row(name, of_input, studies, len(own), estimates(figures), against, differences)


def rows_of(runs: dict[str, list[PredictionTable]]) -> list[Row]:
    """Runs: by row the test predictions of each seed, `full` among them. Every row on each input that it can read."""
    rows = (compare(runs, name, read, read) for name, tables in runs.items() for read in own_inputs(tables[0]))
    return [row for row in rows if row]


def sequence_rows(runs: dict[str, list[PredictionTable]]) -> list[Row]:
    """One sequence against both: the full network when it is given one, and networks that only ever saw one."""
    both = next(name for name, has in INPUTS.items() if all(has))
    answers = {name: own_inputs(tables[0]) for name, tables in runs.items()}
    single = {name: reads for name, reads in answers.items() if name == FULL or both not in reads}
    rows = (compare(runs, name, read, both) for name, reads in single.items() for read in reads if read != both)
    return [row for row in rows if row]


def as_json(rows: Iterable[Row]) -> list[dict]:
    """For programs."""
    return [{**asdict(row), "verdict": row.verdict} for row in rows]


def markdown(rows: Iterable[Row]) -> str:
    """One line for each row and input."""
    names = {"accuracy": "accuracy", "quadratic_kappa": "kappa", "auc_macro": "AUC", "log_loss": "log loss"}
    header = ["row", "input", "studies", *names.values(), "accuracy minus full", "log loss minus full", "verdict"]
    lines = [header]
    for row in rows:
        changes = [row.differences.get(name) for name in ("accuracy", "log_loss")]
        lines.append(
            [
                *(row.name, row.input, str(row.studies)),
                *(with_interval(row.figures.get(name)) for name in names),
                *(with_interval(change, signed=True) for change in changes),
                row.verdict or "–",
            ]
        )
    return grid(lines)


def shown_of(rows: Iterable[Row]) -> str:
    """What the rows show, in words."""
    verdicts = ("costs", "costs log loss", "gains", "gains log loss")
    named = {words: [f"{row.name} ({row.input})" for row in rows if row.verdict == words] for words in verdicts}
    return " ".join(f"**{words.capitalize()}:** {', '.join(names) or 'none'}." for words, names in named.items())


def sensitivity_of(rows: Iterable[Row]) -> str:
    """How small a difference could have been shown, in words."""
    compared = [row.differences["accuracy"] for row in rows if row.differences]
    if not compared:
        return "Nothing was compared."
    half = np.median([100 * (change.upper - change.lower) / 2 for change in compared])
    return f"Half an interval is about\n{half:.0f} points of accuracy: much less could not have been seen."


def page(rows: Sequence[Row], sequences: Sequence[Row], cohort: str, command: str, seeds: list[int]) -> str:
    """The table as a Markdown page."""
    return f"""# Ablation

**Measured on {cohort}.** Each row is the full network with one thing changed, trained with the seeds
{", ".join(map(str, seeds))}; `radiomics` is a forest on features of the liver mask. Figures are means over the seeds,
of the test studies prepared without and with liver mask together; radiomics and what it is compared with: with.
Intervals are 95 %, by bootstrap over patients and seeds.

A row *costs* if the whole interval of its accuracy minus the full network's lies below 0, and *gains* if above; it
*costs log loss* if accuracy shows nothing and that interval lies above 0. The intervals are not corrected for the
number of rows: of twenty without any effect, one would stand out. A handful of seeds varies less than networks do, so
the intervals are a little too short.

{shown_of(rows)}
Of every other row nothing is claimed: whether the part helps was not shown here. {sensitivity_of(rows)}

{markdown(rows)}

## One sequence instead of both

The same, minus the full network's answers from both sequences of the same studies.

{shown_of(sequences)}

{markdown(sequences)}

```sh
{command}
```
"""
