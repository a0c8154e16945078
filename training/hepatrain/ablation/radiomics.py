"""The row without a network: a forest on radiomics features of the same studies."""

import csv
from pathlib import Path

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from hepatrain.data.studies import Study, of_split
from hepatrain.predictions import PredictionTable, table_of
from hepatrain.vocabulary import INPUTS, SEQUENCES

NAME = "radiomics"
PREFIX = "original_"
TREES = 600
Features = dict[str, np.ndarray]
"""By study."""


def read_features(path: Path) -> Features:
    """A CSV of PyRadiomics features, a line for each study."""
    if not path.is_file():
        raise FileNotFoundError(f"There is no feature table {path}. Give the folder that holds t1w.csv and t2w.csv.")
    with path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    header = list(rows[0]) if rows else []
    key = next((name for name in ("study", "patient_id") if name in header), None)
    names = [name for name in header if name.startswith(PREFIX)]
    if key is None or not names:
        raise ValueError(f"{path.name}: expected lines with a column study or patient_id and columns {PREFIX}*.")
    return {row[key]: np.array([float(row[name]) for name in names]) for row in rows}


def forest_answers(folder: Path, studies: list[Study], seed: int) -> PredictionTable:
    """Trained on the training studies, for the test studies: from T1W, T2W and both. Features need liver masks."""
    tables = {sequence: read_features(folder / f"{sequence.lower()}.csv") for sequence in SEQUENCES}
    rows = []
    for name, needs in INPUTS.items():
        needed = [tables[sequence] for sequence, need in zip(SEQUENCES, needs, strict=True) if need]
        sets = {
            split: [s for s in of_split(studies, split) if all(s.name in table for table in needed)]
            for split in ("train", "test")
        }
        if not sets["train"] or not sets["test"]:
            raise ValueError(f"The feature tables in {folder.name} have no training or no test study with {name}.")
        x = {
            split: np.stack([np.concatenate([table[s.name] for table in needed]) for s in members])
            for split, members in sets.items()
        }
        # As the reference on the real tables was measured.
        forest = ExtraTreesClassifier(TREES, min_samples_leaf=2, class_weight="balanced", random_state=seed)
        forest.fit(x["train"], [s.stage for s in sets["train"]])
        for study, probabilities in zip(sets["test"], forest.predict_proba(x["test"]), strict=True):
            facts = {"study": study.name, "patient": study.patient, "stage": study.stage, "split": study.split}
            rows.append({**facts, "variant": "liver", "input": name, "probabilities": probabilities})
    return table_of(rows)
