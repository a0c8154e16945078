"""The classifiers that are shipped: which kind, fitted on which features of all patients."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from hepatrain.radiomics.classifiers import Family, families
from hepatrain.radiomics.nested import tuned
from hepatrain.radiomics.tables import FeatureTable

SHIPPED_FEATURES = "shape and first-order"
"""What the service computes: texture is not among them. What it would add stands in the baseline's differences."""

EXPORTABLE = ("logistic regression", "random forest")
"""Small as graphs, of operators that every ONNX runtime has, and the same in float32. ExtraTrees is not: on raw
features its random thresholds are others, and on transformed ones they depend on how a runtime rounds."""


@dataclass(frozen=True)
class Shipped:
    """One input's classifier."""

    table: FeatureTable
    """Only the features that it reads, in its order."""
    pipeline: Pipeline
    """Fitted: float32 [N, F] → probabilities [N, K]."""


def rows_to_ship(rows: list[dict]) -> list[dict]:
    """Rows of the baseline's result for the features that are shipped, by nested cross-validation."""
    return [
        row
        for row in rows
        if row["features"] == SHIPPED_FEATURES
        and not row["clinical"]
        and row["classifier"] in EXPORTABLE
        and row["protocol"].endswith("cross-validation")
    ]


def chosen_family(rows: list[dict]) -> Family:
    """The kind of classifier with the lowest log loss on average over the inputs. rows: the baseline's result."""
    losses = {
        name: np.mean([row["log_loss"] for row in rows_to_ship(rows) if row["classifier"] == name])
        for name in EXPORTABLE
    }
    best = min(losses, key=losses.__getitem__)
    return next(family for family in families() if family.name == best)


def fit(family: Family, table: FeatureTable, seed: int) -> Shipped:
    """Tune and select on all patients, then keep only what was selected: the graph asks for no feature in vain.

    A forest reads the raw float32 features: logarithm and scale do not change their order, which is all it looks at,
    and their rounding would put values that lie close together on the other side of a threshold.
    """
    table = table.group(SHIPPED_FEATURES)
    features = table.features.astype(np.float32)
    whole = tuned(family, features, table.stages, seed)
    table = table.columns(np.flatnonzero(whole["select"].get_support()).tolist())
    left_out = {"select", "log", "scale"} if family.name == "random forest" else {"select"}
    pipeline = Pipeline([(name, clone(step)) for name, step in whole.steps if name not in left_out])
    return Shipped(table, pipeline.fit(table.features.astype(np.float32), table.stages))
