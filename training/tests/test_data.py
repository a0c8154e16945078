import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from hepatrain.config import TrainingConfig
from hepatrain.data.batches import TrainingSteps, training_batches, whole_batches
from hepatrain.data.folds import with_fold
from hepatrain.data.shrink import shrunk
from hepatrain.data.studies import HEALTHY, digest_of, index_digest, of_sequences, of_split, read_studies
from tests.conftest import SIDE, without, write_prepared

STUDIES = [(f"s{n}", ("mild", "moderate", "severe")[n % 3], "train" if n < 6 else "valid") for n in range(8)]


@pytest.fixture
def prepared(tmp_path):
    return write_prepared(tmp_path / "prepared", STUDIES)


def change_items(prepared, change) -> None:
    index = json.loads((prepared / "index.json").read_text())
    for item in index["items"]:
        change(item)
    (prepared / "index.json").write_text(json.dumps(index))


def test_studies_are_read_whole(prepared):
    studies = read_studies(prepared)
    assert [study.name for study in studies] == [name for name, _, _ in STUDIES]
    assert [(study.patient, study.fold) for study in studies] == [(name, None) for name, _, _ in STUDIES]
    assert len(of_split(studies, "train")) == 6
    volume = studies[0].volumes["T2W", "liver"]
    stored = np.load(prepared / "tensors" / "s0.t2w.liver.npy")
    np.testing.assert_array_equal(volume.read(), stored)
    np.testing.assert_array_equal(volume.read(np.array([2, 0])), stored[[2, 0]])


def test_a_study_in_two_splits_is_refused(prepared):
    index = json.loads((prepared / "index.json").read_text())
    index["items"][0]["split"] = "test"
    (prepared / "index.json").write_text(json.dumps(index))
    with pytest.raises(ValueError, match="s0 stands in the index with two splits"):
        read_studies(prepared)


@pytest.mark.parametrize(("key", "values"), [("split", ("train", "valid")), ("fold", (0, 3))])
def test_a_patient_in_two_splits_or_folds_is_refused(prepared, key, values):
    def change(item) -> None:
        item |= {"patient": "p" if item["study"] in ("s0", "s1") else item["study"], "fold": 0, "split": "train"}
        item[key] = values[item["study"] == "s1"]

    change_items(prepared, change)
    with pytest.raises(ValueError, match="Patient p is in two splits or folds: s0 in train, fold 0, and s1 in"):
        read_studies(prepared)


def test_healthy_subjects_are_read_only_if_asked_for(prepared):
    change_items(prepared, lambda item: item.update(stage="healthy") if item["study"] == "s2" else None)
    assert "s2" not in [study.name for study in read_studies(prepared)]
    assert [study.stage for study in read_studies(prepared, healthy=True) if study.name == "s2"] == [HEALTHY]


def test_a_fold_is_tested_the_next_validates(prepared):
    with pytest.raises(ValueError, match="s0: expected a fold of 0 to 4, received None"):
        with_fold(read_studies(prepared), 0)
    change_items(prepared, lambda item: item.update(fold=int(item["study"][1:]) % 5))
    studies = read_studies(prepared)
    for fold in range(5):
        split = {study.name: study.split for study in with_fold(studies, fold)}
        for study in studies:
            expected = {fold: "test", (fold + 1) % 5: "valid"}.get(study.fold, "train")
            assert split[study.name] == expected
    with pytest.raises(ValueError, match="Fold 5 is none of 0 to 4"):
        with_fold(studies, 5)


def test_a_tensor_of_another_shape_is_refused(prepared):
    np.save(prepared / "tensors" / "s0.t1w.body.npy", np.zeros((3, 2, SIDE, SIDE), np.float32))
    with pytest.raises(ValueError, match=r"expected float32 \[3, 3, H, W\], received float32 \[3, 2, 32, 32\]"):
        read_studies(prepared)[0].volumes["T1W", "body"].read()


@pytest.mark.parametrize("workers", (0, 2))
def test_training_batches_are_reproducible_and_never_empty(prepared, workers):
    config = TrainingConfig(studies_per_step=3, slices_per_volume=2, modality_dropout=1.0)
    studies = of_split(read_studies(prepared), "train")
    first_epoch = list(training_batches(studies, replace(config, workers=workers), epoch=4))
    assert len(first_epoch) == 2
    for first, second in zip(first_epoch, TrainingSteps(studies, config, epoch=4), strict=True):
        assert torch.equal(first.stages, second.stages)
        valid = torch.stack([first.slices[sequence].valid.amax(1) for sequence in first.slices], 1)
        assert (valid.sum(1) == 1).all()  # dropout of one sequence always, of both never
        for sequence, slices in first.slices.items():
            assert torch.equal(slices.images, second.slices[sequence].images)
    other = next(iter(training_batches(studies, config, epoch=5)))
    assert not torch.equal(other.slices["T1W"].images, first_epoch[0].slices["T1W"].images)


def test_every_patient_comes_once_an_epoch_with_one_study(prepared):
    change_items(prepared, lambda item: item.update(patient=f"p{int(item['study'][1:]) // 2}"))
    studies = of_split(read_studies(prepared), "train")
    config = TrainingConfig(studies_per_step=1)
    chosen = [TrainingSteps(studies, config, epoch).order for epoch in range(20)]
    assert all(sorted(study.patient for study in order) == ["p0", "p1", "p2"] for order in chosen)
    assert {study.name for order in chosen for study in order} == {f"s{n}" for n in range(6)}


def test_a_study_without_a_sequence_is_padded_and_invalid(prepared):
    batch = next(whole_batches(without(read_studies(prepared), "s1", sequence="T2W"), "liver"))
    assert batch.slices["T2W"].valid[:3].sum(1).tolist() == [3, 0, 3]
    assert batch.slices["T1W"].valid[:3].sum(1).tolist() == [3, 3, 3]


def test_a_missing_variant_is_made_up_for_in_training_only(prepared):
    studies = without(read_studies(prepared), "s1", variant="liver")
    assert studies[1].volume("T1W", "liver") is None
    assert studies[1].volume_for_training("T1W", "liver") is studies[1].volumes["T1W", "body"]
    assert sum(len(batch.stages) for batch in whole_batches(studies, "liver")) == len(STUDIES) - 1


def test_a_sequence_alone_leaves_out_studies_that_lack_it(prepared):
    studies = of_sequences(without(read_studies(prepared), "s1", sequence="T2W"), "T2W")
    assert [study.name for study in studies] == [name for name, _, _ in STUDIES if name != "s1"]
    assert {sequence for study in studies for sequence, _ in study.volumes} == {"T2W"}


def test_shrunk_studies_are_smaller_and_look_the_same(prepared):
    studies = read_studies(prepared)
    ramp = np.broadcast_to(np.linspace(-1, 1, 64, dtype=np.float32), (3, 3, 64, 64))
    np.save(prepared / "tensors" / "s0.t1w.body.npy", ramp)
    volume = shrunk(studies[:1], 0.5)[0].volumes["T1W", "body"]
    assert volume.read().shape == (3, 3, 32, 32)
    assert volume.read(np.array([1])).dtype == np.float32
    np.testing.assert_allclose(volume.read()[0, 0, 5, 1:-1], ramp[0, 0, 0].reshape(32, 2).mean(1)[1:-1], atol=1e-3)
    assert shrunk(studies, 1.0) == studies


def change_index(prepared, change) -> None:
    index = json.loads((prepared / "index.json").read_text())
    change(index)
    (prepared / "index.json").write_text(json.dumps(index))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda index: index.pop("preprocessing"), "expected the keys preprocessing and items"),
        (lambda index: index["preprocessing"].pop("T2W"), "does not say how T2W was prepared"),
        (lambda index: index["preprocessing"]["T2W"].update(width=64), "of different sides, 32×32 and 32×64"),
        (lambda index: index["items"][0].pop("stage"), "s0 lacks stage"),
        (lambda index: index["items"][0].update(stage="bad"), "s0: its stage 'bad' is unknown; expected one of mild"),
        (lambda index: index["items"][0].update(variant="spleen"), "s0: its variant 'spleen' is unknown"),
    ],
)
def test_an_index_that_cannot_be_read_says_why(prepared, change, message):
    change_index(prepared, change)
    with pytest.raises(ValueError, match=message):
        read_studies(prepared)


def test_a_folder_that_is_not_prepared_is_told(tmp_path):
    with pytest.raises(FileNotFoundError, match="expected a folder that `hepastage prepare` wrote"):
        read_studies(tmp_path)


def test_digests_follow_the_tensors_and_the_splits(prepared):
    whole, studies = index_digest(prepared), digest_of(read_studies(prepared))
    assert digest_of(reversed(read_studies(prepared))) == studies
    change_index(prepared, lambda index: index["items"][0].update(sha256="0" * 64))
    assert index_digest(prepared) != whole
    assert digest_of(read_studies(prepared)) != studies
    change_index(prepared, lambda index: index["items"][0].pop("sha256"))
    with pytest.raises(ValueError, match="does not hold the digests of its tensors"):
        index_digest(prepared)
