from dataclasses import replace

import numpy as np
import pytest

from hepatrain.calibrate import Calibration, bake, calibration_of, covering
from hepatrain.conformal import coverage_by_halves, fit_threshold, grow, mass_needed, measure_coverage, stage_sets
from tests.made_up import answers

ROWS = np.array([[0.5, 0.3, 0.2], [0.2, 0.5, 0.3], [0.3, 0.3, 0.4], [0.25, 0.5, 0.25]])


def simulate(count, seed):
    """Stages drawn from the very probabilities that are said: perfectly calibrated."""
    rng = np.random.default_rng(seed)
    probabilities = rng.dirichlet(np.ones(3) * 0.8, count)
    return probabilities, (rng.random(count)[:, None] > probabilities.cumsum(1)).sum(1), np.arange(count)


def test_a_set_grows_by_the_likelier_neighbour():
    order, mass = grow(ROWS)
    assert order.tolist() == [[0, 1, 2], [1, 2, 0], [2, 1, 0], [1, 0, 2]]
    np.testing.assert_allclose(mass[1], [0.5, 0.8, 1])
    np.testing.assert_allclose(mass_needed(ROWS, np.array([1, 0, 2, 2])), [0.5, 0.8, 0, 0.75])


def test_a_set_is_a_run_of_stages_that_reaches_the_threshold():
    assert stage_sets(ROWS, 0.75).tolist() == [[1, 1, 0], [0, 1, 1], [1, 1, 1], [1, 1, 0]]
    assert stage_sets(ROWS, 0.0).sum(1).tolist() == [1] * 4
    # Rounding may leave the sum of all just below 1.
    assert stage_sets(ROWS * (1 - 1e-7), 1 - 1e-8).all()
    # A threshold of 1 promises every stage, of a sure answer too.
    assert stage_sets(np.eye(3), 1.0).all()


def test_the_quantile_has_its_finite_sample_correction():
    needed = np.arange(1, 20) / 20
    assert fit_threshold(needed, np.arange(19), 0.9) == pytest.approx(18 / 20, abs=2e-6)  # ⌈20 · 0.9⌉ = 18th of 19
    assert fit_threshold(needed, np.arange(19), 0.9) > 18 / 20
    assert fit_threshold(needed[:8], np.arange(8), 0.9) == 1  # nine are the fewest that can promise 90 %
    # Twice each patient: no more evidence.
    assert fit_threshold(np.repeat(needed, 2), np.repeat(np.arange(19), 2), 0.9) == pytest.approx(18 / 20, abs=2e-6)


def test_sets_hold_what_they_promise_on_other_studies():
    probabilities, stages, patients = simulate(600, 0)
    threshold = fit_threshold(mass_needed(probabilities, stages), patients, 0.8)
    others = measure_coverage(*simulate(4000, 1), threshold)
    assert others.coverage == pytest.approx(0.8, abs=0.03)
    assert others.lower < others.coverage < others.upper
    assert others.patients == 4000
    halves = coverage_by_halves(probabilities, stages, patients, 0.8)
    assert halves.coverage == pytest.approx(0.8, abs=0.02)
    assert halves.mean_size == pytest.approx(others.mean_size, abs=0.1)


def test_sets_notice_overconfidence():
    probabilities, stages, patients = simulate(600, 0)
    sharp = probabilities**3 / (probabilities**3).sum(1, keepdims=True)
    assert fit_threshold(mass_needed(sharp, stages), patients, 0.8) > fit_threshold(
        mass_needed(probabilities, stages), patients, 0.8
    )


def test_calibration_is_kept_as_the_manifest_has_it(tmp_path, network):
    calibration = calibration_of(1.4, answers(60), "made-up answers")
    calibration.write(tmp_path / "calibration.json")
    assert Calibration.read(tmp_path / "calibration.json") == calibration
    assert [t["input"] for t in calibration.stage_sets["thresholds"]] == ["T1W", "T2W", "T1W+T2W"]
    for threshold in calibration.stage_sets["thresholds"]:
        assert 0.85 < threshold["coverage"] <= 1
        assert 1 <= threshold["meanSize"] <= 3
        assert threshold["studies"] == 60
    assert [t["sequence"] for t in calibration.distribution["thresholds"]] == ["T1W", "T2W"]
    assert all(1.1 < t["threshold"] < 1.2 for t in calibration.distribution["thresholds"])
    bake(network, calibration)
    assert float(network.stager.temperature) == pytest.approx(1.4)


def test_coverage_is_measured_on_other_studies_where_there_are_any():
    calibration = calibration_of(1, answers(60, right=0.95), "some")
    others = answers(30, right=0.5, seed=1)
    on_test = covering(calibration, others.where(others.input != "T2W"))
    assert replace(on_test, stage_sets=calibration.stage_sets) == calibration
    for fitted, measured in zip(calibration.stage_sets["thresholds"], on_test.stage_sets["thresholds"], strict=True):
        if measured["input"] == "T2W":  # none of the others has it
            assert measured == fitted
        else:
            assert measured["threshold"] == fitted["threshold"]
            assert (fitted["studies"], measured["studies"]) == (60, 30)
            assert measured["coverage"] < 0.8 < fitted["coverage"]
