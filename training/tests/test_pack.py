import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from hepatrain.answers import PackageModel, predict_table
from hepatrain.calibrate import Calibration, calibration_of
from hepatrain.config import TrainingConfig
from hepatrain.data.seen import Seen
from hepatrain.data.studies import read_studies
from hepatrain.package import pack as packer
from hepatrain.package.pack import Evidence, measure, pack, require_servable, studies_to_measure
from hepatrain.package.replace import replace_package
from hepatrain.package.runtime import Package
from hepatrain.predict import studies_of
from hepatrain.predictions import write_predictions
from tests.conftest import LABEL, write_prepared
from tests.made_up import answers

STAGES = ("mild", "moderate", "severe")


def test_a_package_says_whom_its_network_has_seen_and_what_its_constants_were_fitted_on(packed):
    manifest = json.loads((packed.folder / "manifest.json").read_text())
    assert "seen.json" in {file["name"] for file in manifest["files"]}
    seen = Seen.read(packed.folder / "seen.json")
    assert seen == packed.checkpoint.seen
    assert {study.name for study in studies_of(packed.prepared, "test", seen)} == {f"test{n}" for n in range(6)}
    words = "9 validation studies, which also stopped the training"
    for fitted in ("calibration", "stageSets", "distribution"):
        assert manifest[fitted]["fittedOn"].startswith(words)
    accuracy = next(metric for metric in manifest["metrics"] if metric["name"] == "accuracy")
    assert (accuracy["studies"], accuracy["command"]) == (6, LABEL.measure)


def test_the_studies_that_measure_follow_the_checkpoint_and_not_the_index(packed, tmp_path):
    # As after `train --fold`: the index's splits are another's.
    prepared = write_prepared(tmp_path / "prepared", [(f"test{n}", STAGES[n % 3], "train") for n in range(6)])
    seen = packed.checkpoint.seen
    assert len(studies_to_measure(seen, Evidence(prepared))) == 6
    known = write_prepared(tmp_path / "known", [(f"train{n}", STAGES[n % 3], "test") for n in range(3)])
    with pytest.raises(ValueError, match=r"known has no test study that the network has not seen: give --folds"):
        studies_to_measure(seen, Evidence(known))
    with pytest.raises(ValueError, match="3 of 3 test studies, such as train0, are of patients that the network"):
        studies_to_measure(seen, Evidence(prepared, unseen=known))


def folds_with(folder, calibration: Calibration):
    folder.mkdir()
    calibration.write(folder / "calibration.json")
    write_predictions(folder / "predictions.csv", answers(60))
    return folder


def test_the_constants_of_a_cross_validation_ship_as_they_are(packed, tmp_path):
    stored = calibration_of(1.5, answers(60), "out-of-fold answers")
    evidence = Evidence(packed.prepared, folds_with(tmp_path / "folds", stored))
    model = PackageModel(Package(packed.folder))
    calibration, metrics = measure(model, packed.checkpoint, evidence, [], LABEL)
    assert calibration == stored
    assert all(m.measuredOn.startswith(f"{LABEL.cohort}, out of fold, ") for m in metrics)

    # Studies that were never seen measure the sets, and change nothing else.
    test = studies_to_measure(packed.checkpoint.seen, Evidence(packed.prepared))
    calibration, metrics = measure(model, packed.checkpoint, evidence, test, LABEL)
    assert replace(calibration, stage_sets=stored.stage_sets) == stored
    measured = {"coverage", "meanSize", "studies"}
    for before, after in zip(stored.stage_sets["thresholds"], calibration.stage_sets["thresholds"], strict=True):
        assert {k: v for k, v in before.items() if k not in measured} == {
            k: v for k, v in after.items() if k not in measured
        }
        assert (before["studies"], after["studies"]) == (60, 6)
        of_input = predict_table(model, test, slices=False).whole(after["input"])
        assert 1 <= after["meanSize"] <= 3 and len(of_input) == 12
    assert not any("out of fold" in m.measuredOn for m in metrics)
    assert "ood_auroc" in {m.name for m in metrics}


def test_a_checkpoint_of_another_cross_validation_is_refused(packed, tmp_path):
    folds = folds_with(tmp_path / "folds", calibration_of(1.4, answers(60), "some"))
    with pytest.raises(ValueError, match=r"The checkpoint's temperature is 1\.5, that of folds 1\.4"):
        measure(PackageModel(Package(packed.folder)), packed.checkpoint, Evidence(packed.prepared, folds), [], LABEL)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"training": TrainingConfig(sequences="T2W")}, "was trained on T2W alone: it is for comparisons"),
        ({"training": TrainingConfig(scale=0.5)}, r"was trained at 0\.5 of the prepared sides"),
        ({"preprocessing": {"T1W": {"height": 32, "width": 32}}}, "was prepared without T2W"),
    ],
)
def test_a_network_that_cannot_be_served_is_refused(packed, change, message):
    with pytest.raises(ValueError, match=message):
        require_servable(replace(packed.checkpoint, **change))


def test_a_cohort_that_was_prepared_in_another_way_is_refused(packed, tmp_path):
    other = write_prepared(tmp_path / "other", [("a", "mild", "test")])
    index = json.loads((other / "index.json").read_text())
    index["preprocessing"]["T1W"]["spacing"] = 2
    (other / "index.json").write_text(json.dumps(index))
    with pytest.raises(ValueError, match="was prepared in another way"):
        pack(packed.checkpoint, Evidence(packed.prepared, unseen=other), LABEL, tmp_path / "package")
    assert [path.name for path in tmp_path.iterdir()] == ["other"]


def test_a_folder_that_is_no_package_stays_as_it_is(packed, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ValueError, match=r"is no model package: it has no manifest\.json"):
        pack(packed.checkpoint, Evidence(packed.prepared), LABEL, tmp_path)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_package_is_replaced_as_a_whole_or_not_at_all(tmp_path, monkeypatch):
    out, fresh = tmp_path / "package", tmp_path / "fresh"
    for folder in (out, fresh):
        folder.mkdir()
        (folder / "manifest.json").write_text(folder.name)
    (out / "left-over").touch()
    with pytest.raises(OSError):
        replace_package(tmp_path / "absent", out)
    assert (out / "manifest.json").read_text() == "package"
    replace_package(fresh, out)
    assert [path.name for path in tmp_path.iterdir()] == ["package"]
    assert [path.name for path in out.iterdir()] == ["manifest.json"]
    assert (out / "manifest.json").read_text() == "fresh"


def test_code_that_was_not_committed_is_told(packed, tmp_path, monkeypatch, capsys):
    def copied(folder, *_):
        shutil.copytree(packed.folder, folder, dirs_exist_ok=True)

    monkeypatch.setattr(packer, "fill", copied)
    pack(replace(packed.checkpoint, revision="abc-dirty"), Evidence(packed.prepared), LABEL, tmp_path / "package")
    assert "abc-dirty: the code that trained this was not committed" in capsys.readouterr().err
    pack(packed.checkpoint, Evidence(packed.prepared), LABEL, tmp_path / "package")
    assert capsys.readouterr().err == ""


def test_the_graphs_say_what_the_checkpoint_says(packed):
    study = read_studies(packed.prepared)[0]
    answer = predict_table(PackageModel(Package(packed.folder)), [study], slices=False)
    assert np.isfinite(answer.probabilities).all() and (answer.distance > 0).all()
