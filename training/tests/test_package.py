import hashlib
import json
import shutil
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
import torch

from hepatrain.calibrate import Calibration, calibration_of
from hepatrain.metrics import Metric
from hepatrain.package.card import card_of
from hepatrain.package.golden import SeededCase, seeded_values, write_golden
from hepatrain.package.label import Label
from hepatrain.package.manifest import Origin, manifest_of, write_manifest
from hepatrain.package.parity import assert_parity, network_of
from hepatrain.package.runtime import Package
from tests.conftest import LABEL, SIDE
from tests.made_up import answers

SHIPPED = Path(__file__).resolve().parents[2] / "models" / "phantom-light"
SHIPPED_LABEL = Path(__file__).resolve().parents[1] / "phantom-light.json"


def murmur3_finaliser(x: int) -> int:
    """The published algorithm, in plain integers."""
    x ^= x >> 16
    x = x * 0x85EBCA6B % 2**32
    x ^= x >> 13
    x = x * 0xC2B2AE35 % 2**32
    return x ^ x >> 16


def test_seeded_values_are_the_published_hash():
    expected = [murmur3_finaliser((9 + i * 0x9E3779B9) % 2**32) / 2**31 - 1 for i in range(100, 200)]
    np.testing.assert_array_equal(seeded_values(9, 100, 100), np.array(expected, np.float32))


def test_exported_graphs_give_the_same_numbers_and_hold_their_weights(packed):
    assert_parity(packed.checkpoint.network, packed.folder, SIDE, SIDE)
    assert_parity(network_of(packed.folder), packed.folder, SIDE, SIDE)


def test_graphs_tell_nothing_of_the_machine(packed):
    for graph in packed.folder.glob("*.onnx"):
        content = graph.read_bytes()
        assert b".py" not in content, graph.name
        assert str(Path(__file__).parents[2]).encode() not in content, graph.name


def test_parity_notices_another_network(packed, network):
    with torch.no_grad():
        next(network.encoders["T1W"].parameters()).add_(0.1)
    with pytest.raises(ValueError, match=r"encoder\.t1w\.onnx, tokens: PyTorch and ONNX Runtime differ"):
        assert_parity(network, packed.folder, SIDE, SIDE)


def test_golden_case_and_manifest(packed, tmp_path):
    folder = Path(shutil.copytree(packed.folder, tmp_path / "package"))
    write_golden(folder, SIDE, SIDE)
    golden = json.loads((folder / "golden.json").read_text())
    assert np.shape(golden["expected"]["probabilities"]) == (3, 3)
    assert len(golden["expected"]["t1wSliceAttention"]) == golden["slices"]["T1W"]

    again = SeededCase(golden["seed"], golden["slices"], SIDE, SIDE).study()
    evidence = Package(folder).encode("T2W", again["T2W"][0])["evidence"].astype(np.float64)
    weights = seeded_values(golden["seed"], 0, evidence.size).reshape(evidence.shape)
    expected = golden["expected"]["encoded"]["T2W"]["evidence"]
    assert expected["norm"] == pytest.approx(np.linalg.norm(evidence))
    assert expected["projection"] == pytest.approx((evidence * weights).sum())

    preprocessing = {"T1W": {"height": SIDE}, "T2W": {"height": SIDE}}
    metric = Metric("accuracy", "T1W", 0.75, 100, "phantoms", "measure", 0.66, 0.82)
    strange = Metric("ood_auroc", "T1W", 0.9, 24, "phantoms; strangers: noise", "measure")
    origin = Origin(preprocessing, calibration_of(1.5, answers(30), "some"), "others", "abc")
    manifest = manifest_of(LABEL, origin, [metric, strange], datetime(2026, 1, 2, tzinfo=UTC))
    write_manifest(folder, manifest)
    written = json.loads((folder / "manifest.json").read_text())
    assert written["provenance"]["createdAt"] == "2026-01-02T00:00:00Z"
    assert {file["name"] for file in written["files"]} == {path.name for path in folder.iterdir()} - {"manifest.json"}
    assert written["metrics"][0] | {"lower": 0.66, "upper": 0.82} == written["metrics"][0]
    assert "lower" not in written["metrics"][1]
    assert written["precision"] == "FLOAT32"
    assert [t["input"] for t in written["stageSets"]["thresholds"]] == ["T1W", "T2W", "T1W+T2W"]
    card = card_of(written, LABEL)
    assert "| T1W | phantoms; strangers: noise | 24 | 0.900 |" in card
    for threshold in written["stageSets"]["thresholds"]:
        assert f"| {threshold['input']} | {threshold['threshold']:.3f} | {threshold['coverage']:.1%} (" in card
    assert "75.0% (95 % interval 66% to 82%, 100 studies)" in card
    assert (written["provenance"]["licence"], written["intendedUse"]) == (LABEL.licence, LABEL.intended_use)
    assert "hantom" not in json.dumps({**written, "metrics": []}) + card.replace("phantoms", "")
    assert all(f"- {limit}\n" in card for limit in LABEL.limits)


def test_an_undefined_figure_never_reaches_a_manifest(tmp_path):
    origin = Origin({"T1W": {}, "T2W": {}}, Calibration(1.5, "some", {}, {}), "others", "abc")
    metric = Metric("auc_severe", "T1W", float("nan"), 2, "studies", "measure")
    with pytest.raises(ValueError, match="JSON"):
        write_manifest(tmp_path, manifest_of(LABEL, origin, [metric], datetime(2026, 1, 2, tzinfo=UTC)))


@pytest.mark.parametrize("change", ({"licence": ""}, {"limits": []}, {"license": "MIT"}))
def test_a_label_must_say_everything(tmp_path, change):
    path = tmp_path / "label.json"
    path.write_text(json.dumps(asdict(LABEL)))
    assert Label.read(path) == LABEL
    path.write_text(json.dumps({**asdict(LABEL), **change}))
    with pytest.raises(ValueError, match=f"missing, empty or unknown: {next(iter(change))}"):
        Label.read(path)


def test_the_shipped_package_is_sealed_and_its_card_in_step():
    manifest = json.loads((SHIPPED / "manifest.json").read_text())
    for file in manifest["files"]:
        content = (SHIPPED / file["name"]).read_bytes()
        assert len(content) == file["bytes"], file["name"]
        assert hashlib.sha256(content).hexdigest() == file["sha256"], file["name"]
    assert (SHIPPED / "MODEL_CARD.md").read_text() == card_of(manifest, Label.read(SHIPPED_LABEL))
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) < 10e6


def test_the_shipped_package_runs_without_a_sequence():
    package = Package(SHIPPED)
    manifest = json.loads((SHIPPED / "manifest.json").read_text())
    side = manifest["sequences"][0]["preprocessing"]["height"]
    answer = package.stage({"T2W": (np.zeros((2, 3, side, side), np.float32), np.array([0.2, 0.8], np.float32))})
    assert np.isfinite(answer.probabilities).all()
    assert answer.sequence_attention.tolist() == [0, 1]
