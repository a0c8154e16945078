"""Feature tables: one row for each patient, PyRadiomics features of one sequence's volume inside the liver mask."""

import csv
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hepatrain.vocabulary import SEQUENCES, SPLITS, STAGES

COLUMNS = ("patient_id", "stage", "age_years", "gender", "official_split")
GENDERS = {"F": 1.0, "M": 0.0}
PREFIX = "original_"
GROUPS = {"all": ("",), "shape and first-order": ("original_shape_", "original_firstorder_")}
"""Feature groups, by what their names start with."""


@dataclass(frozen=True)
class FeatureTable:
    """B patients, F features."""

    sequence: str
    """T1W, T2W or T1W+T2W."""
    patients: tuple[str, ...]
    """[B], each once: a fold of rows is a fold of patients."""
    stages: np.ndarray
    """int [B], index into `STAGES`."""
    clinical: np.ndarray
    """float64 [B, 2]: age in years, 1 for female."""
    splits: np.ndarray
    """str [B]: the dataset's own split of this sequence; empty for T1W+T2W, whose splits disagree."""
    names: tuple[tuple[str, str], ...]
    """[F]: sequence and PyRadiomics name."""
    features: np.ndarray
    """float64 [B, F]."""

    def group(self, group: str) -> "FeatureTable":
        """The features of one of `GROUPS`."""
        return self.columns([i for i, (_, name) in enumerate(self.names) if name.startswith(GROUPS[group])])

    def columns(self, chosen: Sequence[int]) -> "FeatureTable":
        """Some of the features, in the order given."""
        return replace(self, names=tuple(self.names[i] for i in chosen), features=self.features[:, chosen])

    def rows(self, chosen: Sequence[int]) -> "FeatureTable":
        """Some of the patients, in the order given."""
        index = np.asarray(chosen, int)
        return replace(
            self,
            patients=tuple(self.patients[i] for i in index),
            stages=self.stages[index],
            clinical=self.clinical[index],
            splits=self.splits[index],
            features=self.features[index],
        )

    def inputs(self, clinical: bool) -> np.ndarray:
        """What a classifier reads: float64 [B, F], or [B, F + 2] with age and gender behind."""
        return np.hstack([self.features, self.clinical]) if clinical else self.features


def read_table(path: Path, sequence: str) -> FeatureTable:
    """Read one sequence's CSV. Raises ValueError for anything that is missing, twice or not a finite number."""
    if not path.is_file():
        raise FileNotFoundError(f"There is no feature table {path}. Give the folder that holds t1w.csv and t2w.csv.")
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        rows, header = list(reader), reader.fieldnames or []
    missing = [column for column in COLUMNS if column not in header]
    names = [column for column in header if column.startswith(PREFIX)]
    if missing or not names or not rows:
        wrong = f"no column {', '.join(missing)}" if missing else "no feature column" if not names else "no row"
        raise ValueError(f"{path.name}: {wrong}. Expected {', '.join(COLUMNS)} and columns {PREFIX}*.")
    patients = [row["patient_id"] for row in rows]
    twice = sorted({patient for patient in patients if patients.count(patient) > 1})
    if twice:
        raise ValueError(f"{path.name}: patients with more than one row: {', '.join(twice)}. Keep one row for each.")
    places = [f"{path.name}, patient {patient}" for patient in patients]

    def choice(column: str, allowed: Sequence[str]) -> list[str]:
        for place, row in zip(places, rows, strict=True):
            if row[column] not in allowed:
                raise ValueError(f"{place}: {column} is {row[column]!r}, expected one of {', '.join(allowed)}.")
        return [row[column] for row in rows]

    def numbers(column: str) -> list[float]:
        return [number(row[column], f"{place}, {column}") for place, row in zip(places, rows, strict=True)]

    genders = [GENDERS[gender] for gender in choice("gender", tuple(GENDERS))]
    return FeatureTable(
        sequence,
        tuple(patients),
        np.array([STAGES.index(stage) for stage in choice("stage", STAGES)]),
        np.column_stack([numbers("age_years"), genders]),
        np.array(choice("official_split", SPLITS)),
        tuple((sequence, name) for name in names),
        np.column_stack([numbers(name) for name in names]),
    )


def number(text: str | None, place: str) -> float:
    """A finite number."""
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{place}: {text!r} is no finite number.")
    return value


def join(t1w: FeatureTable, t2w: FeatureTable) -> FeatureTable:
    """The patients of both tables, features of T1W first. Raises where the tables disagree on a patient's stage."""
    second = {patient: row for row, patient in enumerate(t2w.patients)}
    pairs = [(row, second[patient]) for row, patient in enumerate(t1w.patients) if patient in second]
    if not pairs:
        raise ValueError("No patient is in both tables: T1W+T2W needs some.")
    left, right = t1w.rows([row for row, _ in pairs]), t2w.rows([row for _, row in pairs])
    differing = np.flatnonzero(left.stages != right.stages)
    if len(differing):
        who = ", ".join(left.patients[i] for i in differing)
        raise ValueError(f"The T1W and T2W tables give another stage for patients {who}. Mend one of them.")
    return replace(
        left,
        sequence="+".join(SEQUENCES),
        splits=np.full(len(pairs), ""),
        names=left.names + right.names,
        features=np.hstack([left.features, right.features]),
    )


def table_files(folder: Path) -> dict[str, Path]:
    """Path of each sequence's table."""
    return {sequence: folder / f"{sequence.lower()}.csv" for sequence in SEQUENCES}


def read_tables(folder: Path) -> dict[str, FeatureTable]:
    """T1W, T2W and T1W+T2W."""
    tables = {sequence: read_table(path, sequence) for sequence, path in table_files(folder).items()}
    both = join(*tables.values())
    return {**tables, both.sequence: both}


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of each table by sequence: which data a figure is of."""
    return {s: hashlib.sha256(path.read_bytes()).hexdigest() for s, path in table_files(folder).items()}
