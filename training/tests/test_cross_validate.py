import json

import numpy as np
import pytest

from hepatrain import cross_validate as cv
from hepatrain.calibrate import Calibration
from hepatrain.checkpoint import Checkpoint
from hepatrain.config import TrainingConfig
from hepatrain.data.studies import read_studies
from hepatrain.predictions import read_predictions
from tests.conftest import write_prepared

STAGES = ("mild", "moderate", "severe")
CONFIG = {
    "network": {"widths": [8, 8, 8, 8, 8], "fused": 8, "token": 8},
    "training": {"coarse_epochs": 0, "epochs": 1, "studies_per_step": 6, "slices_per_volume": 1},
}


@pytest.fixture
def cohort(tmp_path):
    """Three studies in each of five folds, two of them of one patient."""
    prepared = write_prepared(tmp_path / "prepared", [(f"s{n:02}", STAGES[n % 3], "train") for n in range(15)], 2)
    index = json.loads((prepared / "index.json").read_text())
    for item in index["items"]:
        number = int(item["study"][1:])
        item |= {"fold": number // 3, "patient": f"p{number - (number % 3 == 1):02}"}
    (prepared / "index.json").write_text(json.dumps(index))
    (tmp_path / "config.json").write_text(json.dumps(CONFIG))
    return prepared, tmp_path / "config.json", tmp_path / "run"


def test_every_study_is_answered_by_the_network_that_never_saw_it(cohort, monkeypatch):
    prepared, config, run = cohort
    trained = []

    def one_by_one(task, calls, processes):
        trained.extend(task(*call) for call in calls)

    seen = []
    train = cv.train

    def spy(studies, *rest, **named):
        seen.append({split: {s.name for s in studies if s.split == split} for split in ("train", "valid", "test")})
        return train(studies, *rest, **named)

    monkeypatch.setattr(cv, "run_all", one_by_one)
    monkeypatch.setattr(cv, "train", spy)
    answers = cv.cross_validate(cv.Cohort(prepared), config, run, processes=1, final=True)

    assert len(trained) == len(seen) == 6
    written = read_predictions(run / "predictions.csv")
    assert len(written) == len(answers)
    for fold in range(5):
        of_fold = set(written.study[written.fold == fold])
        assert of_fold == seen[fold]["test"] == {f"s{n:02}" for n in range(3 * fold, 3 * fold + 3)}
        assert not of_fold & (seen[fold]["train"] | seen[fold]["valid"])
    assert (len(seen[5]["train"]), len(seen[5]["valid"]), len(seen[5]["test"])) == (12, 3, 0)

    calibration = Calibration.read(run / "calibration.json")
    final = Checkpoint.load(run / "checkpoint.pt")
    network = final.network
    assert float(network.stager.temperature) == pytest.approx(calibration.temperature)
    assert {t["studies"] for t in calibration.stage_sets["thresholds"]} == {15}
    assert len(calibration.distribution["thresholds"]) == 2
    assert not np.allclose(network.stager.distribution[0].reference_mean, 0)
    every = read_studies(prepared)
    assert {final.seen.split_of(study) for study in every} == {"train", "valid"}
    for fold in range(5):
        known = Checkpoint.load(run / f"fold-{fold}" / "checkpoint.pt").seen
        assert {s.name for s in known.split(every) if s.split == "test"} == seen[fold]["test"]

    # Again: nothing is trained, and the answers are the same.
    seen.clear()
    content = (run / "predictions.csv").read_bytes()
    cv.cross_validate(cv.Cohort(prepared), config, run, processes=1, final=True)
    assert seen == []
    assert (run / "predictions.csv").read_bytes() == content
    # Another configuration: everything is.
    config.write_text(json.dumps({**CONFIG, "training": {**CONFIG["training"], "seed": 8}}))
    cv.train_fold(cv.Cohort(prepared), config, run, "cpu", 0)
    assert len(seen) == 1


def test_an_interrupted_fold_goes_on_unless_anything_has_changed(cohort, monkeypatch):
    prepared, config, run = cohort
    resumed = []
    train, fit = cv.train, cv.fit_distribution

    def spy(*studies_and_configs, resume, **named):
        resumed.append(resume)
        return train(*studies_and_configs, resume=resume, **named)

    def interrupt(network, studies):
        raise RuntimeError("interrupted")

    monkeypatch.setattr(cv, "train", spy)
    monkeypatch.setattr(cv, "fit_distribution", interrupt)

    def fold() -> None:
        cv.train_fold(cv.Cohort(prepared), config, run, "cpu", 0)

    for _ in range(2):
        with pytest.raises(RuntimeError, match="interrupted"):
            fold()
    epochs = (run / "fold-0" / "metrics.csv").read_bytes()
    monkeypatch.setattr(cv, "fit_distribution", fit)
    fold()
    assert resumed == [False, True, True]
    assert (run / "fold-0" / "metrics.csv").read_bytes() == epochs  # no epoch was trained twice
    assert sorted(path.name for path in (run / "fold-0").glob("*.pt")) == ["checkpoint.pt"]

    monkeypatch.setattr(cv, "fit_distribution", interrupt)
    index = json.loads((prepared / "index.json").read_text())
    index["items"][0]["sha256"] = "0" * 64  # other tensors by the same names
    (prepared / "index.json").write_text(json.dumps(index))
    with pytest.raises(RuntimeError, match="interrupted"):
        fold()
    assert resumed[3:] == [False]


def test_held_out_test_studies_have_no_part_in_any_fold(cohort):
    prepared, _, _ = cohort
    index = json.loads((prepared / "index.json").read_text())
    for item in index["items"]:
        item["split"] = "test" if item["fold"] == 2 else "train"
    (prepared / "index.json").write_text(json.dumps(index))
    held = {"s06", "s07", "s08"}
    for fold in (None, *range(5)):
        studies = cv.Cohort(prepared, hold_out=True).studies(TrainingConfig(), fold)
        assert held.isdisjoint(s.name for s in studies)
        assert len(studies) == 12
    assert held < {s.name for s in cv.Cohort(prepared).studies(TrainingConfig(), 0)}
