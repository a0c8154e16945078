from pathlib import Path

import numpy as np
import pytest

from hepatrain.data.studies import read_studies
from hepatrain.evaluate import evaluate, table
from hepatrain.package.runtime import Answer
from tests.conftest import without, write_prepared

NAMES = [(f"s{n}", ("mild", "moderate", "severe")[n % 3], "test") for n in range(6)]


class BrightnessPackage:
    """Stands in for a package: says the stage that the mean brightness is, and notes what it was given."""

    def __init__(self) -> None:
        self.given: list[set[str]] = []

    def stage(self, study):
        self.given.append(set(study))
        brightness = np.mean([slices.mean() for slices, _ in study.values()])
        row = np.full(3, 0.1)
        row[int(np.clip(np.rint(brightness), 0, 2))] = 0.8
        return Answer(np.tile(row, (3, 1)), {}, np.zeros(2), {})


@pytest.fixture
def studies(tmp_path: Path):
    return read_studies(write_prepared(tmp_path, NAMES))


def counts(metrics):
    return {(m.measuredOn, m.input): m.studies for m in metrics if m.name == "accuracy"}


def test_every_input_is_measured_on_the_studies_that_have_it(studies):
    studies = without(without(studies, "s1", variant="liver"), "s2", sequence="T2W")
    package = BrightnessPackage()
    metrics = evaluate(package, studies, "tests", "command")
    assert counts(metrics) == {
        ("tests, no liver mask", "T1W"): 6,
        ("tests, no liver mask", "T2W"): 5,
        ("tests, no liver mask", "T1W+T2W"): 5,
        ("tests, liver mask given", "T1W"): 5,
        ("tests, liver mask given", "T2W"): 4,
        ("tests, liver mask given", "T1W+T2W"): 4,
    }
    assert all(m.value == 1 for m in metrics if m.name == "accuracy")
    assert package.given.count({"T1W"}) == 2
    assert len(package.given) == 11


def test_a_cohort_of_lone_sequences_without_masks_is_measured(studies):
    for name, _, _ in NAMES:
        studies = without(studies, name, sequence="T1W", variant="liver")
    assert counts(evaluate(BrightnessPackage(), studies, "tests", "command")) == {("tests, no liver mask", "T2W"): 6}


def test_a_stage_that_is_missing_leaves_figures_out(studies):
    milder = [study for study in studies if study.stage < 2]
    metrics = evaluate(BrightnessPackage(), milder, "tests", "command")
    assert all(np.isfinite(metric.value) for metric in metrics)
    assert "auc_severe" not in {metric.name for metric in metrics}
    mixed = [*metrics, *evaluate(BrightnessPackage(), studies, "others", "command")]
    assert " – |" in table(mixed)


def test_an_empty_split_is_refused():
    with pytest.raises(ValueError, match="no study to measure"):
        evaluate(BrightnessPackage(), [], "tests", "command")
