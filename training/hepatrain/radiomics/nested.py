"""Nested cross-validation: the outer folds measure, the inner folds choose, and neither sees the other's patients."""

import numpy as np
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline

from hepatrain.radiomics.classifiers import Family
from hepatrain.vocabulary import STAGES

INNER_FOLDS = 3
LEAST_PATIENTS = 5
"""Of each stage, to fit on. An inner fold then still leaves 3 to learn from, one for each of the SVM's own folds."""


def require_every_stage(stages: np.ndarray) -> None:
    """Raise ValueError unless each stage has enough patients for what is chosen and calibrated in inner folds."""
    for stage, count in zip(STAGES, np.bincount(stages, minlength=len(STAGES)), strict=True):
        if count < LEAST_PATIENTS:
            raise ValueError(
                f"Stage {stage} has {count} patients to learn from, at least {LEAST_PATIENTS} are needed. "
                "Every fold leaves some out: use more patients."
            )


def tuned(family: Family, features: np.ndarray, stages: np.ndarray, seed: int, clinical: int = 0) -> Pipeline:
    """A pipeline fitted on these rows, its parameters chosen by log loss in inner folds of the same rows.

    Raises ValueError for a stage with too few rows.
    """
    require_every_stage(stages)
    pipeline = family.pipeline(seed, clinical)
    if family.grid:
        inner = StratifiedKFold(INNER_FOLDS, shuffle=True, random_state=seed)
        search = GridSearchCV(
            clone(pipeline), family.grid, scoring="neg_log_loss", cv=inner, refit=False, error_score="raise"
        )
        search.fit(features, stages)
        pipeline.set_params(**search.best_params_, **family.final)
    return pipeline.fit(features, stages)


def out_of_fold(
    family: Family, features: np.ndarray, stages: np.ndarray, folds: np.ndarray, seed: int, clinical: int = 0
) -> np.ndarray:
    """float64 [B, K]: for each patient what a pipeline says that never saw them.

    features [B, F], the last `clinical` of them beyond choice, stages int [B], folds int [B]. Raises ValueError if the
    other folds have too few patients of a stage.
    """
    probabilities = np.full((len(stages), len(STAGES)), np.nan)
    for fold in np.unique(folds):
        train, test = folds != fold, folds == fold
        pipeline = tuned(family, features[train], stages[train], seed, clinical)
        probabilities[test] = pipeline.predict_proba(features[test])
    return probabilities
