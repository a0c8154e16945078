import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from hepatrain import evaluate as command
from hepatrain.evaluation import evaluate, heat_ratios, patient_metrics, slice_metrics
from hepatrain.predictions import NO_FOLD, PredictionTable, write_predictions
from hepatrain.report import report, table
from tests.made_up import answers


def counts(metrics):
    return {(m.measuredOn, m.input): m.studies for m in metrics if m.name == "accuracy"}


def lacking(predictions: PredictionTable, study: str, column: str, word: str) -> PredictionTable:
    return predictions.where(~((predictions.study == study) & (getattr(predictions, column) == word)))


def test_every_input_is_measured_on_the_studies_that_have_it():
    predictions = answers(6, right=1)
    for name in ("T2W", "T1W+T2W"):
        predictions = lacking(predictions, "s02", "input", name)
    predictions = lacking(predictions, "s01", "variant", "liver")
    metrics = patient_metrics(predictions, "tests", "command")
    assert counts(metrics) == {
        ("tests, no liver mask", "T1W"): 6,
        ("tests, no liver mask", "T2W"): 5,
        ("tests, no liver mask", "T1W+T2W"): 5,
        ("tests, liver mask given", "T1W"): 5,
        ("tests, liver mask given", "T2W"): 4,
        ("tests, liver mask given", "T1W+T2W"): 4,
    }
    assert all(m.value == 1 for m in metrics if m.name == "accuracy")


def test_every_figure_lies_within_its_interval():
    for metric in patient_metrics(answers(40), "tests", "command"):
        if metric.name not in ("majority_accuracy", "expected_calibration_error"):  # both are larger in resamples
            assert metric.lower <= metric.value <= metric.upper, metric
    again = patient_metrics(answers(40), "tests", "command")
    assert again == patient_metrics(answers(40), "tests", "command")


def test_a_stage_that_is_missing_leaves_figures_out():
    predictions = answers(9)
    metrics = patient_metrics(predictions.where(predictions.stage < 2), "tests", "command")
    assert all(np.isfinite(metric.value) for metric in metrics)
    assert "auc_severe" not in {metric.name for metric in metrics}
    mixed = [*metrics, *patient_metrics(predictions, "others", "command")]
    assert " – |" in table(mixed)
    assert table(mixed, ("auc_severe",)).count("\n") == 1 + 6  # header, and the rows that have it


def test_slices_are_cases_and_patients_are_resampled():
    predictions = answers(12, slices=4)
    metrics = slice_metrics(predictions, "tests", "command")
    assert set(counts(metrics).values()) == {48}
    assert {metric.input for metric in metrics} == {"T1W", "T2W"}
    alike = predictions.slices("T1W", "body")
    first = alike.probabilities[(alike.slice == 0).nonzero()[0]].repeat(4, 0)
    # Slices that all say what the patient's first one says are no more evidence than one slice each.
    wide = slice_metrics(replace(alike, probabilities=first), "tests", "command")[0]
    single = slice_metrics(alike.where(alike.slice == 0), "tests", "command")[0]
    assert (wide.name, wide.value, wide.lower, wide.upper) == (single.name, single.value, single.lower, single.upper)


def test_heat_is_compared_with_chance():
    predictions = answers(10)
    assert heat_ratios(predictions) == {}
    heat = np.where(predictions.input == "T1W", 0.6, np.nan)
    found = heat_ratios(replace(predictions, heat_in_liver=heat, liver_in_slices=np.full(len(heat), 0.2)))
    assert list(found) == ["T1W"]
    assert found["T1W"].value == pytest.approx(3)


def test_the_paper_is_only_a_label_for_another_cohort():
    evaluation = evaluate(answers(12, slices=2), "phantoms", "command")
    other, folds = (report(evaluation, "phantoms", is_paper, []) for is_paper in (False, True))
    # Even of the paper's own dataset: two sequences are never its official split.
    assert "Not comparable with the paper's figures" in other
    assert "Not comparable with the paper's figures" in folds
    lone = answers(12, slices=2)
    lone = lone.where((lone.input == "T1W") & (lone.split == "test"))
    official = replace(lone, fold=np.full(len(lone), NO_FOLD))
    assert "Not comparable" not in report(evaluate(official, "patients", "command"), "patients", True, [])
    assert "| 72.8% |" in other
    assert "| 63.8% |" in other
    assert "Slice level" not in report(evaluate(answers(12), "phantoms", "command"), "phantoms", False, [])


def test_the_command_writes_report_metrics_and_figures(tmp_path, monkeypatch, capsys):
    write_predictions(tmp_path / "a.csv", answers(12, slices=3))
    write_predictions(tmp_path / "b.csv", answers(12, right=0.3, seed=1))
    words = [str(tmp_path / "a.csv"), "--against", str(tmp_path / "b.csv"), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["evaluate", *words, "--json"])
    command.main()
    content = json.loads(capsys.readouterr().out)
    assert content == json.loads((tmp_path / "out/metrics.json").read_text())
    assert content["paperSliceLevelAccuracy"] == {"T1W": 0.728, "T2W": 0.638}
    assert len(content["comparisons"]) == 6
    for name in ("confusion.png", "roc.png", "reliability.png", "attention.png"):
        assert (tmp_path / "out" / name).read_bytes().startswith(b"\x89PNG"), name
        assert f"({name})" in (tmp_path / "out/report.md").read_text()


def test_an_empty_table_is_refused():
    predictions = answers(3, slices=1)
    with pytest.raises(ValueError, match="no study to measure"):
        patient_metrics(predictions.where(predictions.slice >= 0), "tests", "command")
