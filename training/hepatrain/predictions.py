"""The table of predictions that every figure is computed from: `hepatrain.predict` and `hepastage evaluate` write it.

A row without a `slice` is the patient-level answer for a study, prepared in one way (variant), from one input. A row
with one is the answer for that slice alone.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from hepatrain.vocabulary import INPUTS, SPLITS, STAGES, VARIANTS

COLUMNS = (
    *("study", "patient", "stage", "split", "fold", "variant", "input", "slice", "position", "attention"),
    *(f"p_{stage}" for stage in STAGES),
    "distance",
)
OPTIONAL_COLUMNS = ("heat_in_liver", "liver_in_slices")
"""Of patient-level rows: share of the heatmaps' heat inside the liver mask, and of the slices' area."""

WHOLE = -1
"""`slice` of a patient-level row."""

NO_FOLD = -1
"""`fold` of a cohort without folds."""


@dataclass(frozen=True)
class PredictionTable:
    """N rows, column by column. Numbers that a row lacks are NaN."""

    study: np.ndarray
    patient: np.ndarray
    """What resampling draws: a patient may have several studies."""
    stage: np.ndarray
    """int [N]: the true one, an index into `STAGES`."""
    split: np.ndarray
    fold: np.ndarray
    variant: np.ndarray
    input: np.ndarray
    slice: np.ndarray
    """int [N]: 0-based, inferior to superior; `WHOLE` for the patient-level answer."""
    position: np.ndarray
    attention: np.ndarray
    """The slice's weight in the joint decision."""
    probabilities: np.ndarray
    """[N, K]."""
    distance: np.ndarray
    heat_in_liver: np.ndarray
    liver_in_slices: np.ndarray

    def __len__(self) -> int:
        """Rows."""
        return len(self.study)

    def where(self, rows: np.ndarray) -> "PredictionTable":
        """The rows of a bool or integer index."""
        return replace(self, **{field.name: getattr(self, field.name)[rows] for field in fields(self)})

    def whole(self, name: str, variant: str | None = None) -> "PredictionTable":
        """Patient-level answers from an input, as prepared by one variant or by any."""
        rows = (self.slice == WHOLE) & (self.input == name)
        return self.where(rows if variant is None else rows & (self.variant == variant))

    def slices(self, name: str, variant: str) -> "PredictionTable":
        """Answers for lone slices."""
        return self.where((self.slice != WHOLE) & (self.input == name) & (self.variant == variant))


def table_of(rows: Iterable[dict[str, object]]) -> PredictionTable:
    """A table of rows: every field of `PredictionTable` but those that a row lacks. Refuses contradictions."""
    rows = list(rows)
    if not rows:
        raise ValueError("There is no prediction: the split is empty.")
    lacking = {"slice": WHOLE, "fold": NO_FOLD}
    columns = {
        field.name: np.array([row.get(field.name, lacking.get(field.name, np.nan)) for row in rows])
        for field in fields(PredictionTable)
    }
    # Graphs answer in float32; what is computed from their answers is not to be rounded again.
    doubles = {name: column.astype(float) for name, column in columns.items() if column.dtype.kind == "f"}
    table = PredictionTable(**columns | doubles)
    keys = list(zip(table.study, table.variant, table.input, table.slice, strict=True))
    if len(set(keys)) < len(keys):
        study, variant, name, index = next(key for key in keys if keys.count(key) > 1)
        where = "" if index == WHOLE else f", slice {index}"
        raise ValueError(f"{study}, {variant}, {name}{where} is predicted twice. Keep one row of each.")
    facts: dict[str, tuple[str, int]] = {}
    for study, patient, stage in zip(table.study, table.patient, table.stage, strict=True):
        if facts.setdefault(str(study), (str(patient), int(stage))) != (patient, stage):
            raise ValueError(f"{study} stands in the table with two stages or two patients: it has one of each.")
    return table


def read_predictions(path: Path) -> PredictionTable:
    """Read a CSV file. A ValueError names the line and what is wrong with it."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        header = reader.fieldnames or []
        missing = [name for name in COLUMNS if name not in header]
        unknown = [name for name in header if name not in (*COLUMNS, *OPTIONAL_COLUMNS)]
        if missing or unknown:
            raise ValueError(
                f"{path.name}: expected the columns {','.join(COLUMNS)}; missing: {', '.join(missing) or 'none'}, "
                f"unknown: {', '.join(unknown) or 'none'}."
            )
        rows = []
        for row in reader:
            try:
                rows.append(parse(row))
            except ValueError as error:
                raise ValueError(f"{path.name}, line {reader.line_num}: {error}") from None
    try:
        return table_of(rows)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def parse(row: dict[str, str | None]) -> dict[str, object]:
    """One line's values."""
    if None in row or None in row.values():
        raise ValueError("expected as many values as there are columns.")
    probabilities = [number(row, f"p_{stage}", 0, 1) for stage in STAGES]
    if not abs(sum(probabilities) - 1) < 1e-3:
        raise ValueError(f"expected probabilities that sum to 1, received {sum(probabilities):g}.")
    if not row["study"]:
        raise ValueError("expected a study's name, received nothing.")
    parsed: dict[str, object] = {
        "study": row["study"],
        "patient": row["patient"] or row["study"],
        "stage": STAGES.index(one_of(row, "stage", STAGES)),
        "split": one_of(row, "split", SPLITS),
        "variant": one_of(row, "variant", VARIANTS),
        "input": one_of(row, "input", tuple(INPUTS)),
        "probabilities": probabilities,
    }
    for name in ("fold", "slice"):
        if row[name]:
            if not row[name].isdecimal():
                raise ValueError(f"{name}: expected a whole number or nothing, received {row[name]!r}.")
            parsed[name] = int(row[name])
    for name in ("position", "attention", *OPTIONAL_COLUMNS):
        if row.get(name):
            parsed[name] = number(row, name, 0, 1)
    if row["distance"]:
        parsed["distance"] = number(row, "distance", 0, np.inf)
    return parsed


def one_of(row: dict[str, str], name: str, words: tuple[str, ...]) -> str:
    """A value of a closed list."""
    if row[name] not in words:
        raise ValueError(f"{name}: expected {', '.join(words)}; received {row[name]!r}.")
    return row[name]


def number(row: dict[str, str], name: str, least: float, most: float) -> float:
    """A finite number within bounds; a float32's rounding beyond them is let pass."""
    try:
        value = float(row[name])
    except ValueError:
        value = np.nan
    if not (least - 1e-4 <= value <= most + 1e-4 and np.isfinite(value)):
        raise ValueError(f"{name}: expected a number of {least:g} to {most:g}, received {row[name]!r}.")
    return value


def write_predictions(path: Path, table: PredictionTable) -> None:
    """Write a CSV file; it appears complete or not. Digits are those that tell float32 values apart."""

    def text(value: float) -> str:
        return "" if np.isnan(value) else str(np.float32(value))

    extra = [name for name in OPTIONAL_COLUMNS if np.isfinite(getattr(table, name)).any()]
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.new")
    with unfinished.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*COLUMNS, *extra))
        for i in range(len(table)):
            writer.writerow(
                (
                    *(table.study[i], table.patient[i], STAGES[table.stage[i]], table.split[i]),
                    *("" if table.fold[i] < 0 else table.fold[i], table.variant[i], table.input[i]),
                    "" if table.slice[i] == WHOLE else table.slice[i],
                    *(text(table.position[i]), text(table.attention[i])),
                    *(text(value) for value in table.probabilities[i]),
                    text(table.distance[i]),
                    *(text(getattr(table, name)[i]) for name in extra),
                )
            )
    unfinished.replace(path)


def join_tables(tables: Iterable[PredictionTable]) -> PredictionTable:
    """The rows of several tables."""
    tables = list(tables)
    columns = {f.name: np.concatenate([getattr(table, f.name) for table in tables]) for f in fields(PredictionTable)}
    return PredictionTable(**columns)
