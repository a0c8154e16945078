import json
import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.feature_selection import f_classif
from sklearn.linear_model import LogisticRegression

from hepatrain.metrics import measure
from hepatrain.radiomics import baseline, comparison
from hepatrain.radiomics.classifiers import Family, families, reference
from hepatrain.radiomics.features import SymmetricLog, TellingFeatures
from hepatrain.radiomics.figures import difference, with_intervals
from hepatrain.radiomics.nested import out_of_fold, tuned
from tests.test_radiomics_tables import write_one_file, write_tables

LINEAR = Family("logistic regression", LogisticRegression(max_iter=200), {"select__count": [3, None]})


def noise(patients: int, features: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    values = np.random.default_rng(5).standard_normal((patients, features))
    stages = np.arange(patients) % 3
    return values, stages, np.arange(patients) // 3 % 5


def test_noise_gives_chance_because_selection_is_inside_the_folds():
    values, stages, folds = noise(90, 400)
    inside = out_of_fold(LINEAR, values, stages, folds, seed=1)
    best = np.argsort(-f_classif(values, stages)[0])[:10]
    outside = out_of_fold(LINEAR, values[:, best], stages, folds, seed=1)
    assert abs(measure(stages, inside)["auc_macro"] - 0.5) < 0.1
    # The same with features that were chosen by looking at everyone: what a leak looks like.
    assert measure(stages, outside)["auc_macro"] > 0.7


def test_every_family_learns_what_there_is_to_learn_and_repeats_itself():
    values, stages, folds = noise(60, 6)
    values[:, 0] += 3 * stages
    values[:, 1] = np.exp(values[:, 0] + 15)
    for family in (*families(), reference()):
        if family.name == "ExtraTrees, fixed":
            family.classifier.set_params(n_estimators=30)
        fitted = tuned(family, values[folds > 0], stages[folds > 0], 1)
        answers = fitted.predict_proba(values[folds == 0])
        assert (answers.argmax(1) == stages[folds == 0]).mean() > 0.6, family.name
        again = clone(fitted).fit(values[folds > 0], stages[folds > 0])
        assert np.array_equal(again.predict_proba(values[folds == 0]), answers), family.name


def test_pipelines_of_a_family_share_nothing():
    values, stages, folds = noise(60, 6)
    first = tuned(LINEAR, values[folds > 0], stages[folds > 0], 1)
    before = first.predict_proba(values)
    tuned(LINEAR, values[folds < 4, :4], stages[folds < 4], 2)
    assert np.array_equal(first.predict_proba(values), before)
    assert LINEAR.classifier.get_params() == LogisticRegression(max_iter=200).get_params()


def test_too_few_patients_of_a_stage_are_refused():
    values, stages, _ = noise(30, 4)
    with pytest.raises(ValueError, match=r"Stage severe has 0 patients to learn from, at least 5 are needed\."):
        out_of_fold(LINEAR, values, stages, (stages != 2).astype(int), seed=1)
    few = np.flatnonzero((stages < 2) | (np.arange(30) < 12))
    with pytest.raises(ValueError, match="Stage severe has 4 patients"):
        tuned(LINEAR, values[few], stages[few], 1)


def test_a_search_that_fails_says_so():
    values, stages, _ = noise(30, 4)
    with pytest.raises(ValueError, match="at least 17"):
        tuned(Family("wrong", LinearOfMany(), {"classify__C": [1.0]}), values, stages, 1)


class LinearOfMany(LogisticRegression):
    """Refuses few cases, as any classifier might."""

    def fit(self, features, stages):
        if len(stages) < 25:
            raise ValueError("at least 17")
        return super().fit(features, stages)


def test_telling_features_skip_the_redundant_and_the_constant_and_keep_the_clinical():
    rng = np.random.default_rng(2)
    stages = np.arange(60) % 3
    telling = stages + rng.standard_normal(60) * 0.3
    weaker = stages + rng.standard_normal(60)
    values = np.column_stack([weaker, np.ones(60), telling, telling * 2 + 1, rng.standard_normal((60, 2))])
    kept = TellingFeatures(count=2, always=1).fit(values, stages).get_support()
    assert kept[2] != kept[3]
    assert kept[[0, 1, 4, 5]].tolist() == [True, False, False, True]


def test_symmetric_log_keeps_sign_and_order():
    values = np.array([[-1e10], [-1.0], [0.0], [0.5], [1e10]])
    logs = SymmetricLog().fit(values).transform(values)[:, 0]
    assert logs[2] == 0
    assert logs[0] == -logs[4]
    assert (np.diff(logs) > 0).all()


def test_figures_are_means_over_seeds_and_differences_are_paired():
    _, stages, _ = noise(60, 1)
    rng = np.random.default_rng(1)
    answers = rng.dirichlet(np.ones(3), (2, 60))
    row = with_intervals(stages, answers)
    expected = np.mean([measure(stages, seed)["accuracy"] for seed in answers])
    assert row["accuracy"] == round(float(expected), 4)
    lower, upper = row["accuracy_interval"]
    assert lower < row["accuracy"] < upper
    same = difference(stages, answers, answers)
    assert same["accuracy"] == 0
    assert same["accuracy_interval"] == [0, 0]
    perfect = np.broadcast_to(np.eye(3)[stages], answers.shape)
    assert difference(stages, perfect, answers)["accuracy_interval"][0] > 0.4


def test_a_share_of_all_or_none_has_an_interval_and_a_biased_figure_has_none():
    _, stages, _ = noise(60, 1)
    row = with_intervals(stages, np.broadcast_to(np.eye(3)[stages], (2, 60, 3)))
    assert row["accuracy"] == row["sensitivity_severe"] == 1
    assert row["accuracy_interval"] == [0.9398, 1.0]
    assert row["sensitivity_severe_interval"] == [0.8389, 1.0]  # of 20 patients
    assert not {"majority_accuracy_interval", "expected_calibration_error_interval"} & set(row)


@pytest.fixture
def run(monkeypatch):
    plain, fixed = (Family(name, LINEAR.classifier, {}) for name in ("logistic regression", "ExtraTrees, fixed"))
    monkeypatch.setattr(comparison, "families", lambda: (plain,))
    monkeypatch.setattr(comparison, "reference", lambda: fixed)

    def call(*words):
        monkeypatch.setattr(sys, "argv", ["baseline", *map(str, words)])
        baseline.main()

    return call


def test_the_command_writes_every_row(tmp_path, run):
    write_tables(tmp_path)
    out, report = tmp_path / "results/radiomics.json", tmp_path / "docs/radiomics.md"
    run("--tables", tmp_path, "--out", out, "--markdown", report, "--seeds", "1", "--cohort", "made-up patients")
    result = json.loads(out.read_text())
    names = ("sequence", "classifier", "protocol", "features", "clinical")
    keys = [tuple(row[name] for name in names) for row in result["rows"]]
    nested, reference_rows, official, shuffled = 3 * 3, 2, 2 * 2, 1
    assert len(keys) == len(set(keys)) == nested + reference_rows + official + shuffled
    for row in result["rows"]:
        shuffled = row["protocol"].endswith("shuffled")
        assert (row["auc_macro"] > 0.75) != shuffled, row
    assert {row["difference"] for row in result["differences"]} >= {"T1W+T2W − T1W", "with age and gender − without"}
    assert "--seeds 1 --cohort 'made-up patients'" in result["command"]
    text = report.read_text()
    assert "| T1W+T2W | logistic regression | all | yes | 51 |" in text
    assert "51 to 60 patients" in text
    assert result["splitDisagreements"] == 0
    # What is known of CirrMRI600+ only is said of CirrMRI600+ only.
    assert not any(words in text for words in ("72.8", "elsewhere", "CirrMRI600+", "disagree"))
    again = tmp_path / "again.md"
    run("--from", out, "--markdown", again)
    assert again.read_text() == text
    out.write_text(json.dumps({**result, "cirrmri600": True, "splitDisagreements": 3}))
    run("--from", out, "--markdown", again)
    assert all(
        words in again.read_text() for words in ("72.8 %", "elsewhere it was measured", "disagree on 3 patients")
    )


def test_a_table_without_age_gender_and_split_is_measured_without(tmp_path, run, capsys):
    write_tables(tmp_path)
    file = write_one_file(tmp_path / "features.csv", tmp_path)
    out, report = tmp_path / "radiomics.json", tmp_path / "radiomics.md"
    run("--tables", file, "--out", out, "--markdown", report, "--seeds", "1")
    result = json.loads(out.read_text())
    assert len(result["rows"]) == 3 * 2 + 2 + 1
    assert not any(row["clinical"] for row in result["rows"])
    assert "with age and gender − without" not in {row["difference"] for row in result["differences"]}
    assert "Left out: Rows with age and gender" in capsys.readouterr().out
    assert "**Left out.** The dataset's own split: the tables have none." in report.read_text()
    assert "## The dataset's own split" not in report.read_text()
