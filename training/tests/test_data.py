import json

import numpy as np
import pytest
import torch

from hepatrain.config import TrainingConfig
from hepatrain.data.batches import training_batches, whole_batches
from hepatrain.data.studies import of_split, read_studies
from tests.conftest import SIDE, without, write_prepared

STUDIES = [(f"s{n}", ("mild", "moderate", "severe")[n % 3], "train" if n < 6 else "valid") for n in range(8)]


@pytest.fixture
def prepared(tmp_path):
    return write_prepared(tmp_path / "prepared", STUDIES)


def test_studies_are_read_whole(prepared):
    studies = read_studies(prepared)
    assert [study.name for study in studies] == [name for name, _, _ in STUDIES]
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


def test_a_tensor_of_another_shape_is_refused(prepared):
    np.save(prepared / "tensors" / "s0.t1w.body.npy", np.zeros((3, 2, SIDE, SIDE), np.float32))
    with pytest.raises(ValueError, match=r"expected float32 \[3, 3, H, W\], received float32 \[3, 2, 32, 32\]"):
        read_studies(prepared)[0].volumes["T1W", "body"].read()


def test_training_batches_are_reproducible_and_never_empty(prepared):
    config = TrainingConfig(studies_per_step=3, slices_per_volume=2, modality_dropout=1.0)
    studies = of_split(read_studies(prepared), "train")
    epochs = [list(training_batches(studies, config, np.random.default_rng(4))) for _ in range(2)]
    assert len(epochs[0]) == 2
    for first, second in zip(*epochs, strict=True):
        assert torch.equal(first.stages, second.stages)
        valid = torch.stack([first.slices[sequence].valid.amax(1) for sequence in first.slices], 1)
        assert (valid.sum(1) == 1).all()  # dropout of one sequence always, of both never
        for sequence, slices in first.slices.items():
            assert torch.equal(slices.images, second.slices[sequence].images)


def test_a_study_without_a_sequence_is_padded_and_invalid(prepared):
    batch = next(whole_batches(without(read_studies(prepared), "s1", sequence="T2W"), "liver"))
    assert batch.slices["T2W"].valid[:3].sum(1).tolist() == [3, 0, 3]
    assert batch.slices["T1W"].valid[:3].sum(1).tolist() == [3, 3, 3]


def test_a_missing_variant_is_made_up_for_in_training_only(prepared):
    studies = without(read_studies(prepared), "s1", variant="liver")
    assert studies[1].volume("T1W", "liver") is None
    assert studies[1].volume_for_training("T1W", "liver") is studies[1].volumes["T1W", "body"]
    assert sum(len(batch.stages) for batch in whole_batches(studies, "liver")) == len(STUDIES) - 1
