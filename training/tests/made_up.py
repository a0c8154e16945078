"""Tables of made-up answers."""

import numpy as np

from hepatrain.predictions import PredictionTable, table_of
from hepatrain.vocabulary import INPUTS, SEQUENCES, VARIANTS


def answers(count: int, right: float = 0.7, seed: int = 0, slices: int = 0) -> PredictionTable:
    """Of studies s00, s01, …: the likeliest stage is the true one for a share `right` of the rows."""
    rng = np.random.default_rng(seed)
    rows = []
    for number in range(count):
        stage = number % 3
        study = {"study": f"s{number:02}", "patient": f"p{number:02}", "stage": stage, "split": "test"}

        def said(stage: int = stage) -> np.ndarray:
            likeliest = stage if rng.random() < right else (stage + 1) % 3
            values = 0.8 * np.eye(3)[likeliest] + 0.2 * rng.dirichlet(np.ones(3))
            return values.astype(np.float32)

        for variant in VARIANTS:
            for name in INPUTS:
                distance = np.float32(rng.uniform(0.8, 1.2))
                rows.append({**study, "variant": variant, "input": name, "probabilities": said(), "distance": distance})
            for name in SEQUENCES:
                for index in range(slices):
                    where = {"slice": index, "position": (index + 0.5) / slices, "attention": 1 / slices}
                    rows.append({**study, "variant": variant, "input": name, "probabilities": said(), **where})
    return table_of(rows)
