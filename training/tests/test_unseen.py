import numpy as np
import pytest

from hepatrain.answers import NetworkModel
from hepatrain.data.studies import read_studies
from hepatrain.fit_distribution import fit_distribution
from hepatrain.unseen import (
    CHANGES,
    auroc,
    distances,
    distances_of_others,
    kind_of_metric,
    kinds_of,
    kinds_table,
    read_kinds,
    strangers_of,
    unseen_metrics,
    write_kinds,
)
from tests.conftest import write_prepared

NAMES = [(f"s{n}", ("mild", "moderate", "severe")[n % 3], "train") for n in range(24)]


@pytest.fixture
def model(network, tmp_path):
    studies = read_studies(write_prepared(tmp_path / "known", NAMES))
    fit_distribution(network, studies[:12])
    return NetworkModel(network), studies[12:]


def test_area_of_a_worked_example():
    area, lower, upper = auroc({"a": 1.0, "b": 2.0}, {"a": 1.5, "b": 3.0})
    assert area == pytest.approx(3 / 4)
    assert 0 <= lower <= area <= upper <= 1


def test_every_kind_of_stranger_is_measured(model):
    found = distances(*model)
    strangers = {key for key in found if key[1] != "known"}
    assert strangers == {(s, kind) for s in ("T1W", "T2W") for kind in CHANGES} | {
        ("T1W", "T2W given as T1W"),
        ("T2W", "T1W given as T2W"),
    }
    assert all(len(by_study) == 12 for by_study in found.values())
    metrics = {(m.input, m.measuredOn): m for m in unseen_metrics(kinds_of(found, {}), "tests", "command")}
    assert len(metrics) == 10
    # The tests' slices are noise about 0, 1 and 2, so about −2 is far from all.
    assert metrics["T1W", "tests; strangers: inverted contrast"].value > 0.6
    # Noise turned upside down is no stranger.
    assert metrics["T2W", "tests; strangers: mirrored"].value == pytest.approx(0.5, abs=0.25)


def test_a_folder_of_strangers(model, tmp_path):
    folder = write_prepared(tmp_path / "brains", NAMES[:3])
    for tensor in (folder / "tensors").iterdir():
        np.save(tensor, np.load(tensor) * 0 + 40)
    found = distances(*model) | distances_of_others(model[0], "brains", folder)
    kinds = kinds_of(found, {"T1W": max(found["T1W", "known"].values())})
    brains = [kind for kind in kinds if kind.kind == "brains"]
    assert [(k.sequence, k.studies, k.auroc.value) for k in brains] == [("T1W", 3, 1.0), ("T2W", 3, 1.0)]
    beyond = {(kind.sequence, kind.kind): kind.beyond for kind in kinds}
    assert beyond["T1W", "brains"] == 1
    assert beyond["T1W", "known"] == 0
    assert beyond["T2W", "brains"] is None
    assert "| T1W | brains | 3 |" in kinds_table(kinds)
    write_kinds(tmp_path / "out" / "unseen.json", kinds, "tests", "command")
    assert read_kinds(tmp_path / "out" / "unseen.json") == (kinds, "command")


def test_a_manifest_keeps_what_strangers_are(model):
    kinds = [kind for kind in kinds_of(distances(*model), {}) if kind.auroc]
    kept = [kind_of_metric(metric) for metric in unseen_metrics(kinds, "tests", "command")]
    assert [(k.sequence, k.kind, k.studies) for k in kept] == [(k.sequence, k.kind, k.studies) for k in kinds]
    assert [k.auroc.value for k in kept] == pytest.approx([k.auroc.value for k in kinds], abs=1e-4)


@pytest.mark.parametrize("words", (["brains"], ["=a"], ["noise=a"], ["a=b", "a=c"]))
def test_strangers_have_names_of_their_own(words):
    with pytest.raises(ValueError, match="expected NAME=DIR"):
        strangers_of(words)
    assert list(strangers_of(["brains=runs/brains"])) == ["brains"]
