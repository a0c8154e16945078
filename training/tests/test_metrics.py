import numpy as np
import pytest

from hepatrain.calibrate import fit_temperature
from hepatrain.metrics import measure


def test_a_perfect_classifier():
    stages = np.array([0, 1, 2, 0])
    figures = measure(stages, np.eye(3)[stages])
    for name in ("accuracy", "balanced_accuracy", "macro_f1", "quadratic_kappa", "auc_severe"):
        assert figures[name] == pytest.approx(1), name
    assert figures["expected_calibration_error"] == pytest.approx(0)


def test_a_constant_classifier_is_at_chance():
    stages = np.array([0, 0, 0, 1, 1, 2])
    figures = measure(stages, np.tile([0.6, 0.3, 0.1], (6, 1)))
    assert figures["accuracy"] == pytest.approx(0.5)
    assert figures["balanced_accuracy"] == pytest.approx(1 / 3)
    assert figures["quadratic_kappa"] == pytest.approx(0)
    assert figures["auc_severe"] == pytest.approx(0.5)
    assert figures["expected_calibration_error"] == pytest.approx(0.1)


def test_kappa_and_f1_of_a_worked_example():
    # Confusion [[2,0,0],[1,1,0],[0,1,1]], margins 2,2,2 and 3,2,1: penalty 2 observed, 48/6 = 8 expected.
    stages = np.array([0, 0, 1, 1, 2, 2])
    figures = measure(stages, np.eye(3)[[0, 0, 0, 1, 1, 2]])
    assert figures["quadratic_kappa"] == pytest.approx(1 - 2 / 8)
    assert figures["macro_f1"] == pytest.approx((4 / 5 + 2 / 4 + 2 / 3) / 3)


def test_undefined_figures_are_left_out():
    figures = measure(np.array([0, 1, 1]), np.eye(3)[[0, 1, 0]])
    assert "auc_severe" not in figures
    assert figures["auc_moderate_or_worse"] == pytest.approx(0.75)
    assert figures["majority_accuracy"] == pytest.approx(2 / 3)
    assert "quadratic_kappa" not in measure(np.array([1, 1]), np.eye(3)[[1, 1]])
    assert all(np.isfinite(value) for value in figures.values())


def test_temperature_undoes_overconfidence():
    import torch

    torch.manual_seed(0)
    logits = torch.randn(4000, 3)
    stages = torch.distributions.Categorical(logits=logits).sample()
    assert fit_temperature(logits * 2.5, stages) == pytest.approx(2.5, rel=0.1)
