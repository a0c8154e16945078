"""Many phantom studies as one cohort: NIfTI files and the table `cohort.csv` that `hepastage prepare` reads."""

import csv
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from hepatrain.phantoms.study import make_study, write_study
from hepatrain.vocabulary import SEQUENCES, SPLITS, STAGES, VARIANTS

COLUMNS = ("study", "sequence", "variant", "image", "liver_mask", "stage", "split", "patient", "fold")

STAGE_SHARE = (0.4, 0.3, 0.3)
"""How common each stage is: about as in CirrMRI600+ (41 % mild)."""

SPLIT_SHARE = (0.7, 0.1, 0.2)
"""Shares of training, validation and test. The test set is large, so that the published figures are narrow."""

FOLDS = 5
"""For cross-validation: a property beside the split, which it does not replace."""


def split_counts(studies: int, test: int | None = None) -> dict[str, int]:
    """How many studies each split gets: together exactly `studies`, unless the test split gets a number of its own."""
    bounds = np.rint(np.cumsum((0, *SPLIT_SHARE)) * studies).astype(int)
    counts = dict(zip(SPLITS, np.diff(bounds).tolist(), strict=True))
    return counts if test is None else counts | {"test": test}


def stages_of(split: str, count: int, seed: int) -> list[str]:
    """Stages of a split's studies, shuffled, in the shares above whatever the seed."""
    bounds = np.rint(np.cumsum((0, *STAGE_SHARE)) * count).astype(int)
    stages = np.repeat(STAGES, np.diff(bounds))
    np.random.default_rng((seed, SPLITS.index(split))).shuffle(stages)
    return stages.tolist()


def folds_of(stages: list[str], seed: int) -> list[int]:
    """A fold for each study, 0 to 4: every stage, and the whole, spread as evenly as can be."""
    rng = np.random.default_rng((seed, len(SPLITS), 1))
    order = [number for stage in STAGES for number in rng.permutation(np.flatnonzero(np.array(stages) == stage))]
    folds = np.empty(len(stages), int)
    folds[order] = np.arange(len(order)) % FOLDS
    return folds.tolist()


def make_member(out: Path, seed: int, split: str, number: int, stage: str, fold: int) -> list[dict[str, str | int]]:
    """Write one study and return its rows: each volume twice, once without and once with its mask."""
    name = f"{split}-{number:04d}"
    study = make_study(stage, (seed, SPLITS.index(split), number))
    write_study(study, out / "volumes" / name)
    rows = []
    for sequence in SEQUENCES:
        for variant in VARIANTS:
            stem = f"volumes/{name}/{sequence.lower()}"
            mask = f"{stem}_liver_mask.nii.gz" if variant == "liver" else ""
            values = (name, sequence, variant, f"{stem}.nii.gz", mask, stage, split, name, fold)
            rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def make_cohort(out: Path, studies: int, seed: int, processes: int = 2, test: int | None = None) -> Path:
    """Write a cohort and return its table. Paths in the table are relative to the table.

    Args:
        test: so many test studies instead of the share above: training and validation studies stay the
            same; only folds are dealt anew, because they lie across all splits.
    """
    members = [
        (split, number, stage)
        for split, count in split_counts(studies, test).items()
        for number, stage in enumerate(stages_of(split, count, seed))
    ]
    folds = folds_of([stage for _, _, stage in members], seed)
    with ProcessPoolExecutor(processes) as pool:
        member_rows = pool.map(partial(make_member, out, seed), *zip(*members, strict=True), folds, chunksize=4)
        rows = [row for rows in member_rows for row in rows]
    table = out / "cohort.csv"
    with table.open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return table
