import numpy as np
import pytest

from hepatrain.intervals import estimate, resample, wilson
from hepatrain.paired import align, compare, differences, holm, mcnemar
from tests.made_up import answers


def test_patients_are_drawn_with_all_of_their_cases():
    weights = resample(np.array(["a", "b", "a", "c"]))
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, [0, 1, 3]].sum(1) == 3).all()
    assert (weights == resample(np.array(["a", "b", "a", "c"]))).all()


def test_the_interval_of_an_accuracy_is_as_wide_as_theory_says():
    rng = np.random.default_rng(0)
    stages = rng.integers(0, 3, 400)
    predicted = np.where(rng.random(400) < 0.7, stages, (stages + 1) % 3)
    found = estimate(stages, np.eye(3)[predicted], np.arange(400))["accuracy"]
    half = 1.96 * np.sqrt(found.value * (1 - found.value) / 400)
    assert (found.upper - found.lower) / 2 == pytest.approx(half, rel=0.1)
    assert found.lower < found.value < found.upper
    # Twice the cases, but of the same patients: nothing is known better.
    doubled = estimate(np.tile(stages, 2), np.tile(np.eye(3)[predicted], (2, 1)), np.tile(np.arange(400), 2))
    assert doubled["accuracy"] == found


def test_wilson():
    # 8 of 10: 49.0 % to 94.3 % (Agresti and Coull, 1998, formula 2).
    assert wilson(8, 10) == pytest.approx((0.490, 0.943), abs=1e-3)


def test_mcnemar_of_a_worked_example():
    # 5 against 1 discordant: 2 · (1 + 6) / 2⁶.
    this = np.array([True] * 5 + [False] + [True] * 4)
    other = np.array([False] * 5 + [True] + [True] * 4)
    assert mcnemar(this, other) == pytest.approx(2 * 7 / 64)
    assert mcnemar(this, this) == 1


def test_holm():
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, 0.8]) == pytest.approx([1, 1])


def test_paired_differences_are_narrower_than_the_figures_themselves():
    stages = np.arange(300) % 3
    rng = np.random.default_rng(0)
    wrong = rng.random(300)
    this = np.eye(3)[np.where(wrong < 0.30, (stages + 1) % 3, stages)]
    other = np.eye(3)[np.where(wrong < 0.33, (stages + 1) % 3, stages)]
    change = differences(stages, this, other, np.arange(300))["accuracy"]
    assert change.value == pytest.approx((wrong >= 0.30).mean() - (wrong >= 0.33).mean())
    alone = estimate(stages, this, np.arange(300))["accuracy"]
    assert change.upper - change.lower < (alone.upper - alone.lower) / 2


def test_tables_are_compared_on_the_studies_of_both():
    better, worse = answers(30, right=0.9), answers(40, right=0.4, seed=1)
    shuffled = worse.where(np.random.default_rng(0).permutation(len(worse)))
    for comparison in compare(better, shuffled):
        assert comparison.studies == 30
        assert comparison.p_adjusted >= comparison.p
        assert comparison.differences["accuracy"].lower > 0
        gained = comparison.only_this_right - comparison.only_other_right
        assert comparison.differences["accuracy"].value == pytest.approx(gained / 30)
    with pytest.raises(ValueError, match="nothing to compare"):
        compare(better.where(better.study == "s00"), worse.where(worse.study == "s01"))


def test_other_studies_of_the_same_names_are_noticed():
    table = answers(6).whole("T1W", "body")
    other = table.where(np.arange(6))
    other.stage[2] = (other.stage[2] + 1) % 3
    with pytest.raises(ValueError, match="s02 has another stage"):
        align(table, other)
