"""Cross-validation: one fold to test, the next to stop and calibrate by, the rest to train on."""

from collections.abc import Iterable
from dataclasses import replace

from hepatrain.data.studies import Study

FOLDS = 5


def with_fold(studies: Iterable[Study], fold: int) -> list[Study]:
    """The same studies, split by fold: `fold` is test, the next one valid. ValueError where a study has no fold."""
    if fold not in range(FOLDS):
        raise ValueError(f"Fold {fold} is none of 0 to {FOLDS - 1}.")
    splits = {fold: "test", (fold + 1) % FOLDS: "valid"}
    split = []
    for study in studies:
        if study.fold not in range(FOLDS):
            raise ValueError(
                f"{study.name}: expected a fold of 0 to {FOLDS - 1}, received {study.fold}. "
                "Give the cohort's table a column fold, and prepare it again."
            )
        split.append(replace(study, split=splits.get(study.fold, "train")))
    return split
