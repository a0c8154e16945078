"""Feature tables: one row for each patient, PyRadiomics features of one sequence's volume inside the liver mask."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hepatrain.radiomics.feature_rows import FeatureRows, number, read_rows
from hepatrain.vocabulary import SEQUENCES, SPLITS, STAGES

CLINICAL = ("age_years", "gender")
OFFICIAL = "official_split"
"""Columns that a table may lack."""
GENDERS = {"F": 1.0, "M": 0.0}
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
    """float64 [B, 2]: age in years, 1 for female; [B, 0] if the table does not tell."""
    splits: np.ndarray
    """str [B]: the dataset's own split of this sequence; empty if it has none, and for T1W+T2W, whose splits may
    disagree."""
    names: tuple[tuple[str, str], ...]
    """[F]: sequence and PyRadiomics name."""
    features: np.ndarray
    """float64 [B, F]."""

    @property
    def has_clinical(self) -> bool:
        """Whether age and gender are told."""
        return self.clinical.shape[1] > 0

    @property
    def has_split(self) -> bool:
        """Whether the dataset has a split of its own, with patients on both sides."""
        return 0 < int((self.splits == "test").sum()) < len(self.splits)

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


def table_of(rows: FeatureRows, sequence: str) -> FeatureTable:
    """One sequence's lines as arrays. Raises ValueError for a patient twice and for what is not a finite number."""
    patients = [line.get("patient_id") or line.get("patient") or line[rows.key] for line in rows.lines]
    twice = sorted({patient for patient in patients if patients.count(patient) > 1})
    if twice:
        raise ValueError(
            f"{rows.file}: patients with more than one row of {sequence}: {', '.join(twice)}. "
            "Keep one study of each: a row is a patient."
        )

    def choice(column: str, allowed: Sequence[str]) -> list[str]:
        for place, line in zip(rows.places, rows.lines, strict=True):
            if line[column] not in allowed:
                raise ValueError(f"{place}: {column} is {line[column]!r}, expected one of {', '.join(allowed)}.")
        return [line[column] for line in rows.lines]

    def numbers(column: str) -> list[float]:
        return [number(line[column], f"{place}, {column}") for place, line in zip(rows.places, rows.lines, strict=True)]

    clinical = np.empty((len(patients), 0))
    if set(CLINICAL) <= set(rows.columns):
        genders = [GENDERS[gender] for gender in choice("gender", tuple(GENDERS))]
        clinical = np.column_stack([numbers("age_years"), genders])
    official = OFFICIAL in rows.columns
    return FeatureTable(
        sequence,
        tuple(patients),
        np.array([STAGES.index(stage) for stage in choice("stage", STAGES)]),
        clinical,
        np.array(choice(OFFICIAL, SPLITS) if official else [""] * len(patients)),
        tuple((sequence, name) for name in rows.names),
        np.column_stack([numbers(name) for name in rows.names]),
    )


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


def read_tables(path: Path) -> dict[str, FeatureTable]:
    """T1W, T2W and T1W+T2W, of a folder or a file: see `feature_rows`."""
    tables = {sequence: table_of(rows, sequence) for sequence, rows in read_rows(path).items()}
    both = join(*tables.values())
    return {**tables, both.sequence: both}


def split_disagreements(tables: dict[str, FeatureTable]) -> int:
    """Patients whom the official splits of the two sequences put on different sides."""
    one, other = (dict(zip(tables[s].patients, tables[s].splits, strict=True)) for s in SEQUENCES)
    return sum(one[patient] != other[patient] for patient in one.keys() & other.keys())
