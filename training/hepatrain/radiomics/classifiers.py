"""The classifiers that are compared, with what inner folds choose from. Grids are small: some hundred patients bear no
more."""

from dataclasses import dataclass, field
from typing import Any

from sklearn.base import ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from hepatrain.radiomics.features import SymmetricLog, TellingFeatures

COUNTS = [10, None]
"""Of features kept: a handful, or all that are not redundant."""


@dataclass(frozen=True)
class Family:
    """A kind of classifier."""

    name: str
    classifier: ClassifierMixin
    grid: dict[str, list[Any]]
    """Parameters of the pipeline to choose from; empty where nothing is chosen."""
    final: dict[str, Any] = field(default_factory=dict)
    """Parameters of the pipeline once chosen: more trees than the search needs."""
    prepared: bool = True
    """Whether features are transformed and selected first."""

    def pipeline(self, seed: int, clinical: int = 0) -> Pipeline:
        """Unfitted; every step is fitted on training rows only. clinical: so many last columns are never deselected.

        Stages are not weighted: CirrMRI600+'s 41, 35 and 24 % need none, and weights would cost calibration.
        """
        select = TellingFeatures(always=clinical)
        before = [("log", SymmetricLog()), ("scale", StandardScaler()), ("select", select)]
        whole = Pipeline([*(before if self.prepared else []), ("classify", clone(self.classifier))])
        seeds = [name for name in whole.get_params() if name.endswith("random_state")]
        return whole.set_params(**dict.fromkeys(seeds, seed))


def families() -> tuple[Family, ...]:
    """Those that are tuned, in the order of the table."""
    leaves = {"classify__min_samples_leaf": [3, 10]}
    return (
        Family(
            "logistic regression",
            LogisticRegression(max_iter=1000),
            {"select__count": COUNTS, "classify__C": [0.01, 0.1]},
        ),
        Family(
            "SVM",
            # Platt's scaling gives the probabilities, from three inner folds.
            CalibratedClassifierCV(SVC(), cv=3, ensemble=False),
            {"classify__estimator__C": [0.3, 3.0]},
        ),
        Family(
            "random forest",
            RandomForestClassifier(30, max_samples=0.7),
            leaves,
            {"classify__n_estimators": 300},
        ),
        Family("ExtraTrees", ExtraTreesClassifier(30), leaves, {"classify__n_estimators": 300}),
        Family(
            "gradient boosting",
            HistGradientBoostingClassifier(max_leaf_nodes=4, max_bins=31, max_features=0.3, early_stopping=False),
            {"classify__max_iter": [15, 40]},
        ),
    )


def reference() -> Family:
    """The one whose figures were measured elsewhere before: to show that they come out the same."""
    forest = ExtraTreesClassifier(600, min_samples_leaf=2, class_weight="balanced")
    return Family("ExtraTrees, fixed", forest, {}, prepared=False)
