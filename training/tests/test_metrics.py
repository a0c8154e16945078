import numpy as np
import pytest
from sklearn import metrics as sk

from hepatrain.calibrate import fit_temperature
from hepatrain.metrics import auc, measure, measure_weighted


def random_answers(count=60, seed=0):
    rng = np.random.default_rng(seed)
    stages = rng.integers(0, 3, count)
    probabilities = rng.dirichlet(np.ones(3), count) * 0.7 + 0.3 * np.eye(3)[stages]
    return stages, probabilities.round(2) / probabilities.round(2).sum(1, keepdims=True)  # with ties


def by_scikit_learn(stages, p, weights):
    predicted, labels = p.argmax(1), [0, 1, 2]
    given = {"sample_weight": weights}
    recall, precision = (
        f(stages, predicted, labels=labels, average=None, **given) for f in (sk.recall_score, sk.precision_score)
    )
    figures = {
        "accuracy": sk.accuracy_score(stages, predicted, **given),
        "balanced_accuracy": sk.balanced_accuracy_score(stages, predicted, **given),
        "macro_f1": sk.f1_score(stages, predicted, average="macro", **given),
        "quadratic_kappa": sk.cohen_kappa_score(stages, predicted, weights="quadratic", **given),
        "auc_moderate_or_worse": sk.roc_auc_score(stages >= 1, p[:, 1:].sum(1), **given),
        "auc_severe": sk.roc_auc_score(stages == 2, p[:, 2], **given),
        "auc_macro": np.mean([sk.roc_auc_score(stages == k, p[:, k], **given) for k in labels]),
        "log_loss": sk.log_loss(stages, p, **given),
        "brier": sum(sk.brier_score_loss(stages == k, p[:, k], **given) for k in labels),
    }
    for k, stage in enumerate(("mild", "moderate", "severe")):
        specificity = sk.recall_score(stages != k, predicted != k, **given)
        figures[f"sensitivity_{stage}"] = recall[k]
        figures[f"precision_{stage}"] = precision[k]
        figures[f"specificity_{stage}"] = specificity
    return figures


def test_every_figure_is_scikit_learns_for_every_weighting():
    stages, probabilities = random_answers()
    weights = np.random.default_rng(1).multinomial(len(stages), np.full(len(stages), 1 / len(stages)), 5)
    weights = np.concatenate((np.ones((1, len(stages))), weights))
    ours = measure_weighted(stages, probabilities, weights)
    for row, weighting in enumerate(weights):
        for name, expected in by_scikit_learn(stages, probabilities, weighting).items():
            assert ours[name][row] == pytest.approx(expected), (name, row)
    # Both are own definitions: no more names than these.
    assert set(ours) - set(by_scikit_learn(stages, probabilities, weights[0])) == {
        "majority_accuracy",
        "expected_calibration_error",
    }


def test_a_weight_is_a_repetition():
    stages, probabilities = random_answers(12)
    weights = np.random.default_rng(2).integers(0, 3, 12)
    weighted = measure_weighted(stages, probabilities, weights[None].astype(float))
    repeated = measure(np.repeat(stages, weights), np.repeat(probabilities, weights, 0))
    for name, value in repeated.items():
        assert weighted[name][0] == pytest.approx(value), name


def test_a_perfect_classifier():
    stages = np.array([0, 1, 2, 0])
    figures = measure(stages, np.eye(3)[stages])
    for name in ("accuracy", "balanced_accuracy", "macro_f1", "quadratic_kappa", "auc_severe", "specificity_mild"):
        assert figures[name] == pytest.approx(1), name
    for name in ("expected_calibration_error", "brier", "log_loss"):
        assert figures[name] == pytest.approx(0, abs=1e-12), name


def test_a_constant_classifier_is_at_chance():
    stages = np.array([0, 0, 0, 1, 1, 2])
    figures = measure(stages, np.tile([0.6, 0.3, 0.1], (6, 1)))
    assert figures["accuracy"] == pytest.approx(0.5)
    assert figures["balanced_accuracy"] == pytest.approx(1 / 3)
    assert figures["quadratic_kappa"] == pytest.approx(0)
    assert figures["auc_severe"] == pytest.approx(0.5)
    assert figures["expected_calibration_error"] == pytest.approx(0.1)
    assert figures["specificity_mild"] == 0
    assert "precision_severe" not in figures


def test_kappa_and_f1_of_a_worked_example():
    # Confusion [[2,0,0],[1,1,0],[0,1,1]], margins 2,2,2 and 3,2,1: penalty 2 observed, 48/6 = 8 expected.
    stages = np.array([0, 0, 1, 1, 2, 2])
    figures = measure(stages, np.eye(3)[[0, 0, 0, 1, 1, 2]])
    assert figures["quadratic_kappa"] == pytest.approx(1 - 2 / 8)
    assert figures["macro_f1"] == pytest.approx((4 / 5 + 2 / 4 + 2 / 3) / 3)


def test_calibration_error_of_a_worked_example():
    # Bins 0.6–0.7 (2 of 2 right at 0.65) and 0.9–1 (1 of 2 right at 0.95): (2 · 0.35 + 2 · 0.45) / 4.
    probabilities = np.array([[0.65, 0.35, 0], [0.65, 0.35, 0], [0.95, 0.05, 0], [0.95, 0.05, 0]])
    assert measure(np.array([0, 0, 0, 1]), probabilities)["expected_calibration_error"] == pytest.approx(0.4)


def test_undefined_figures_are_left_out():
    figures = measure(np.array([0, 1, 1]), np.eye(3)[[0, 1, 0]])
    assert "auc_severe" not in figures
    assert "auc_macro" not in figures
    assert figures["auc_moderate_or_worse"] == pytest.approx(0.75)
    assert figures["majority_accuracy"] == pytest.approx(2 / 3)
    assert "quadratic_kappa" not in measure(np.array([1, 1]), np.eye(3)[[1, 1]])
    assert all(np.isfinite(value) for value in figures.values())


def test_ties_count_half():
    positive, score = np.array([True, True, False, False]), np.array([0.5, 0.9, 0.5, 0.1])
    assert auc(positive, score, np.ones((1, 4))) == pytest.approx(3.5 / 4)


def test_temperature_undoes_overconfidence():
    import torch

    torch.manual_seed(0)
    logits = torch.randn(4000, 3)
    stages = torch.distributions.Categorical(logits=logits).sample()
    assert fit_temperature(logits * 2.5, stages) == pytest.approx(2.5, rel=0.1)
