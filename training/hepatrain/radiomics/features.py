"""What happens to features before a classifier sees them. All of it is fitted inside a fold."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.feature_selection import SelectorMixin, f_classif
from sklearn.utils.validation import check_is_fitted, validate_data

MOST_CORRELATED = 0.95
"""Of two features with a greater absolute Pearson correlation the less telling one goes: PyRadiomics has many such
pairs, like Energy and TotalEnergy, or MeshVolume and VoxelVolume."""


class SymmetricLog(TransformerMixin, BaseEstimator):
    """sign(x) · log(1 + |x|): energies of 1e10 and shares below 1 become numbers of one kind, whatever their sign."""

    def fit(self, features: np.ndarray, stages: np.ndarray | None = None) -> "SymmetricLog":
        """Remember the count of features; there is nothing else to learn."""
        validate_data(self, features)
        return self

    def transform(self, features: np.ndarray) -> np.ndarray:
        """[B, F] → [B, F]."""
        features = validate_data(self, features, reset=False)
        return np.sign(features) * np.log1p(np.abs(features))

    def __sklearn_is_fitted__(self) -> bool:
        """Whether `fit` was called."""
        return hasattr(self, "n_features_in_")


class TellingFeatures(SelectorMixin, BaseEstimator):
    """Keeps the features that tell stages apart most by one-way ANOVA, skipping those correlated with a kept one."""

    def __init__(self, count: int | None = None, always: int = 0, most_correlated: float = MOST_CORRELATED) -> None:
        """count: at most so many, all if None. always: so many last columns are not up for choice, but kept."""
        self.count = count
        self.always = always
        self.most_correlated = most_correlated

    def fit(self, features: np.ndarray, stages: np.ndarray) -> "TellingFeatures":
        """Choose. features [B, F], stages [B]."""
        features = validate_data(self, features)
        optional = features.shape[1] - self.always
        varies = (features.std(0) > 0) & (np.arange(features.shape[1]) < optional)
        scores = np.full(features.shape[1], -np.inf)
        scores[varies] = f_classif(features[:, varies], stages)[0]
        correlation = np.zeros((len(scores), len(scores)))
        correlation[np.ix_(varies, varies)] = np.abs(np.corrcoef(features[:, varies], rowvar=False))
        kept: list[int] = []
        for candidate in np.argsort(-scores, kind="stable")[: varies.sum()]:
            if len(kept) == self.count:
                break
            if not kept or correlation[candidate, kept].max() <= self.most_correlated:
                kept.append(int(candidate))
        self.support_ = np.isin(np.arange(len(scores)), kept)
        self.support_[optional:] = True
        return self

    def _get_support_mask(self) -> np.ndarray:
        check_is_fitted(self)
        return self.support_
