"""Lines of feature tables: a folder of `t1w.csv` and `t2w.csv`, or the one file that `hepastage features` writes."""

import csv
import hashlib
import math
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hepatrain.vocabulary import SEQUENCES

PREFIX = "original_"
"""PyRadiomics' names begin with it."""
KEYS = ("study", "patient_id")
"""What names a line's study: the first of these columns that is there."""
HEALTHY = "healthy"
"""A stage that is none: such lines are left out."""


@dataclass(frozen=True)
class FeatureRows:
    """One sequence's lines."""

    file: str
    """Where they were read, for messages."""
    columns: tuple[str, ...]
    key: str
    """The column that names the study."""
    lines: tuple[dict[str, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the features."""
        return tuple(column for column in self.columns if column.startswith(PREFIX))

    @property
    def places(self) -> tuple[str, ...]:
        """Each line's, for messages."""
        return tuple(f"{self.file}, {self.key.removesuffix('_id')} {line[self.key]}" for line in self.lines)


def table_files(path: Path) -> dict[str, Path]:
    """File of each sequence: two of a folder, or the same for both. Raises FileNotFoundError if one is not there."""
    files = {s: path / f"{s.lower()}.csv" if path.is_dir() else path for s in SEQUENCES}
    for file in files.values():
        if not file.is_file():
            raise FileNotFoundError(
                f"There is no feature table {file}. Give the folder that holds t1w.csv and t2w.csv, or the file that "
                "`hepastage features` wrote."
            )
    return files


def read_rows(path: Path) -> dict[str, FeatureRows]:
    """By sequence. Raises ValueError for a file without features, and for a study twice."""
    return {sequence: rows_of(file, sequence, file == path) for sequence, file in table_files(path).items()}


def rows_of(file: Path, sequence: str, shared: bool) -> FeatureRows:
    """One sequence's lines of a file. shared: whether it holds others', told by its column `sequence`."""
    with file.open(newline="", encoding="utf-8-sig") as opened:
        reader = csv.DictReader(opened)
        lines, columns = list(reader), tuple(reader.fieldnames or ())
    key = next((name for name in KEYS if name in columns), "")
    needed = [
        *(() if key else (" or ".join(KEYS),)),
        *(n for n in ("stage", "sequence")[: 1 + shared] if n not in columns),
    ]
    found = FeatureRows(file.name, columns, key, ())
    if needed or not found.names:
        wrong = f"no column {', '.join(needed)}" if needed else "no feature column"
        raise ValueError(f"{file.name}: {wrong}. Expected {' or '.join(KEYS)}, stage and columns {PREFIX}*.")
    if shared and (strange := {line["sequence"] for line in lines} - set(SEQUENCES)):
        raise ValueError(f"{file.name}: sequence is {min(strange)!r}, expected one of {', '.join(SEQUENCES)}.")
    own = [line for line in lines if not shared or line["sequence"] == sequence]
    staged = tuple(line for line in own if line["stage"] != HEALTHY)
    if not staged:
        raise ValueError(f"{file.name}: no row of a staged {sequence} volume.")
    twice = sorted(study for study, count in Counter(line[key] for line in own).items() if count > 1)
    if twice:
        raise ValueError(
            f"{file.name}: {key.removesuffix('_id')} {', '.join(twice)} has more than one row of {sequence}."
        )
    return FeatureRows(file.name, columns, key, staged)


def number(text: str | None, place: str) -> float:
    """A finite number."""
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{place}: {text!r} is no finite number.")
    return value


def digests(path: Path) -> dict[str, str]:
    """SHA-256 of each sequence's table: which data a figure is of."""
    return {s: hashlib.sha256(file.read_bytes()).hexdigest() for s, file in table_files(path).items()}
