"""Every classifier on every feature table: what the baseline's rows are of, and how they are measured."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from hepatrain.radiomics.classifiers import Family, families, reference
from hepatrain.radiomics.figures import difference, with_intervals
from hepatrain.radiomics.folds import FOLDS, assign_folds
from hepatrain.radiomics.nested import INNER_FOLDS, out_of_fold, tuned
from hepatrain.radiomics.tables import FeatureTable
from hepatrain.vocabulary import SEQUENCES

NESTED = f"nested {FOLDS}×{INNER_FOLDS} cross-validation"
FIXED = f"{FOLDS}-fold cross-validation"
OFFICIAL = "official split: train and valid → test"
SHUFFLED = f"{NESTED}, stages shuffled"

VARIATIONS = (("all", False), ("all", True), ("shape and first-order", False))
"""Feature group, and whether age and gender come with it."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """What a row is of."""

    sequence: str
    classifier: str
    features: str
    clinical: bool

    def words(self) -> str:
        """On one line."""
        return f"{self.sequence}, {self.classifier}, {self.features}{', age and gender' if self.clinical else ''}"

    def row(self, protocol: str, patients: int, figures: dict) -> dict:
        """A row of the result."""
        return {**self.__dict__, "protocol": protocol, "patients": patients, **figures}


class Comparison:
    """Out-of-fold answers of every classifier asked for, over the same folds of patients."""

    def __init__(self, tables: dict[str, FeatureTable], seeds: list[int], say: Say = print) -> None:
        """tables: T1W, T2W and T1W+T2W. seeds: of folds and classifiers."""
        self.tables, self.seeds, self.say = tables, seeds, say
        self.clinical = all(table.has_clinical for table in tables.values())
        self.variations = [variation for variation in VARIATIONS if self.clinical or not variation[1]]
        assigned = [assign_folds(tables.values(), seed) for seed in seeds]
        self.folds = {
            name: np.array([[folds[patient] for patient in table.patients] for folds in assigned])
            for name, table in tables.items()
        }
        """int [S, B] by sequence."""
        self.answers: dict[Asked, np.ndarray] = {}
        """float64 [S, B, K]."""

    def cross_validate(self, asked: Asked, family: Family, stages: np.ndarray | None = None) -> dict:
        """Figures of one classifier. stages: int [S, B] in place of the table's own."""
        table = self.tables[asked.sequence]
        truth = np.broadcast_to(table.stages if stages is None else stages, self.folds[asked.sequence].shape)
        inputs = table.group(asked.features).inputs(asked.clinical)
        seeded = zip(truth, self.folds[asked.sequence], self.seeds, strict=True)
        clinical = table.clinical.shape[1] if asked.clinical else 0
        answers = np.stack([out_of_fold(family, inputs, *rest, clinical) for rest in seeded])
        if stages is None:
            self.answers[asked] = answers
        figures = with_intervals(truth, answers)
        self.say(f"{asked.words()}: accuracy {figures['accuracy']:.3f}, log loss {figures['log_loss']:.3f}")
        return figures

    def nested(self) -> Iterator[dict]:
        """Every row of nested cross-validation."""
        for sequence, table in self.tables.items():
            for features, clinical in self.variations:
                for family in families():
                    asked = Asked(sequence, family.name, features, clinical)
                    yield asked.row(NESTED, len(table.patients), self.cross_validate(asked, family))

    def fixed(self) -> Iterator[dict]:
        """The classifier that was measured elsewhere before."""
        for sequence in SEQUENCES:
            table = self.tables[sequence]
            asked = Asked(sequence, reference().name, "all", False)
            yield asked.row(FIXED, len(table.patients), self.cross_validate(asked, reference()))

    def shuffled(self) -> dict:
        """Stages shuffled among patients: nothing is left to learn, so anything above chance would be a leak."""
        family, sequence = families()[0], "T1W+T2W"
        stages = self.tables[sequence].stages
        shuffles = np.stack([np.random.default_rng(seed).permutation(stages) for seed in self.seeds])
        asked = Asked(sequence, family.name, "all", self.clinical)
        return asked.row(SHUFFLED, len(stages), self.cross_validate(asked, family, shuffles))

    def official(self) -> Iterator[dict]:
        """The dataset's own split, if it has one: each sequence alone, because the two splits may disagree."""
        for sequence in SEQUENCES:
            table = self.tables[sequence]
            if not table.has_split:
                continue
            test = table.splits == "test"
            for family in (*families(), reference()):
                asked = Asked(sequence, family.name, "all", False)
                fitted = [tuned(family, table.features[~test], table.stages[~test], seed) for seed in self.seeds]
                answers = np.stack([pipeline.predict_proba(table.features[test]) for pipeline in fitted])
                yield asked.row(OFFICIAL, int(test.sum()), with_intervals(table.stages[test], answers))

    def differences(self) -> Iterator[dict]:
        """Paired differences of answers to the same patients: what age and gender, texture, a second sequence add."""
        for family in families():
            name = family.name
            for sequence, table in self.tables.items():
                plain = Asked(sequence, name, "all", False)
                few = Asked(sequence, name, "shape and first-order", False)
                older = Asked(sequence, name, "all", True)
                pairs = [("with age and gender − without", older, plain)] if self.clinical else []
                for what, one, other in (*pairs, ("all features − shape and first-order", plain, few)):
                    figures = difference(table.stages, self.answers[one], self.answers[other])
                    yield {"difference": what, "sequence": sequence, "classifier": name, **figures}
            both = self.tables["T1W+T2W"]
            for sequence in ("T1W", "T2W"):
                single = self.tables[sequence]
                rows = [single.patients.index(patient) for patient in both.patients]
                one = self.answers[Asked("T1W+T2W", name, "all", False)]
                other = self.answers[Asked(sequence, name, "all", False)][:, rows]
                figures = difference(both.stages, one, other)
                yield {"difference": f"T1W+T2W − {sequence}", "sequence": "T1W+T2W", "classifier": name, **figures}
