"""Nested cross-validation: the outer folds measure, the inner folds choose, and neither sees the other's patients."""

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline

from hepatrain.radiomics.classifiers import Family
from hepatrain.vocabulary import STAGES

INNER_FOLDS = 3


def tuned(family: Family, features: np.ndarray, stages: np.ndarray, seed: int, clinical: int = 0) -> Pipeline:
    """A pipeline fitted on these rows, its parameters chosen by log loss in inner folds of the same rows."""
    pipeline = family.pipeline(seed, clinical)
    if family.grid:
        inner = StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=seed)
        search = GridSearchCV(clone(pipeline), family.grid, scoring="neg_log_loss", cv=inner, refit=False)
        search.fit(features, stages)
        pipeline.set_params(**search.best_params_, **family.final)
    return pipeline.fit(features, stages)


def out_of_fold(
    family: Family, features: np.ndarray, stages: np.ndarray, folds: np.ndarray, seed: int, clinical: int = 0
) -> np.ndarray:
    """float64 [B, K]: for each patient what a pipeline says that never saw them.

    features [B, F], the last `clinical` of them beyond choice, stages int [B], folds int [B]. Raises ValueError if the
    other folds lack a stage.
    """
    probabilities = np.full((len(stages), len(STAGES)), np.nan)
    for fold in np.unique(folds):
        train, test = folds != fold, folds == fold
        if len(np.unique(stages[train])) < len(STAGES):
            raise ValueError(f"Without fold {fold} a stage has no patient left: use more patients.")
        pipeline = tuned(family, features[train], stages[train], seed, clinical)
        probabilities[test] = pipeline.predict_proba(features[test])
    return probabilities
