"""The row without a network: a forest on radiomics features of the same studies."""

from pathlib import Path

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from hepatrain.data.studies import Study, of_split
from hepatrain.predictions import PredictionTable, table_of
from hepatrain.radiomics.feature_rows import number, read_rows
from hepatrain.vocabulary import INPUTS, SEQUENCES, STAGES

TREES = 600
Features = dict[str, np.ndarray]
"""By study."""


def read_features(path: Path) -> dict[str, Features]:
    """By sequence, of a folder of `t1w.csv` and `t2w.csv` or the file of `hepastage features`."""
    return {
        sequence: {
            line[rows.key]: np.array([number(line[name], place) for name in rows.names])
            for line, place in zip(rows.lines, rows.places, strict=True)
        }
        for sequence, rows in read_rows(path).items()
    }


def forest_answers(path: Path, studies: list[Study], seed: int) -> PredictionTable:
    """Trained on the training studies, for the test studies: from T1W, T2W and both. Features need liver masks."""
    tables = read_features(path)
    rows = []
    for name, needs in INPUTS.items():
        needed = [tables[sequence] for sequence, need in zip(SEQUENCES, needs, strict=True) if need]
        sets = {
            split: [s for s in of_split(studies, split) if all(s.name in table for table in needed)]
            for split in ("train", "test")
        }
        if not sets["train"] or not sets["test"]:
            raise ValueError(f"{path.name} has no features of a training study, or none of a test study, with {name}.")
        x = {
            split: np.stack([np.concatenate([table[s.name] for table in needed]) for s in members])
            for split, members in sets.items()
        }
        stages = [study.stage for study in sets["train"]]
        if set(stages) != set(range(len(STAGES))):
            raise ValueError(f"{path.name}: no training study with {name} is of a stage that is to be told.")
        # As the reference on the real tables was measured.
        forest = ExtraTreesClassifier(TREES, min_samples_leaf=2, class_weight="balanced", random_state=seed)
        forest.fit(x["train"], stages)
        for study, probabilities in zip(sets["test"], forest.predict_proba(x["test"]), strict=True):
            facts = {"study": study.name, "patient": study.patient, "stage": study.stage, "split": study.split}
            rows.append({**facts, "variant": "liver", "input": name, "probabilities": probabilities})
    return table_of(rows)
