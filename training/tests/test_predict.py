import sys

import numpy as np
import pytest
import torch

from hepatrain import predict as command
from hepatrain.answers import NetworkModel, predict_table
from hepatrain.calibrate import fit_temperature, set_temperature
from hepatrain.checkpoint import Checkpoint
from hepatrain.config import TrainingConfig
from hepatrain.data.seen import Seen
from hepatrain.data.studies import read_studies
from hepatrain.fit_distribution import fit_distribution
from hepatrain.metrics import measure
from hepatrain.predict import predict
from hepatrain.predictions import read_predictions
from hepatrain.train import take_turns, validate
from tests.conftest import without, write_prepared

NAMES = [(f"s{n}", ("mild", "moderate", "severe")[n % 3], "valid") for n in range(6)]


@pytest.fixture
def studies(tmp_path):
    """s1 has no T2W."""
    return without(read_studies(write_prepared(tmp_path / "prepared", NAMES)), "s1", sequence="T2W")


def test_a_study_counts_only_for_the_inputs_that_it_has(network, studies):
    predictions = predict(network, [(studies, "body")])
    assert predictions.has[0].tolist() == [True, True, True]
    assert predictions.has[1].tolist() == [True, False, False]
    assert [len(predictions.of_input(row)[1]) for row in range(3)] == [6, 5, 5]
    logits, stages = predictions.of_all_inputs()
    assert logits.shape == (16, 3)
    assert stages.tolist() == [0] * 3 + [1] + [2] * 3 + [0] * 3 + [1] * 3 + [2] * 3


def test_what_is_absent_touches_neither_validation_nor_temperature(network, studies):
    predictions = predict(network, [(studies, "body")])
    temperature = set_temperature(network.stager.temperature, predictions)
    garbage = predictions.logits.masked_fill(~predictions.has.unsqueeze(-1), 1e6)
    assert set_temperature(network.stager.temperature, predictions._replace(logits=garbage)) == temperature
    assert fit_temperature(*predictions.of_all_inputs()) == temperature

    with_t2w = [study for study in studies if study.name != "s1"]
    sets = [(members, variant) for variant, members in take_turns(studies).items()]
    rest = [([study for study in members if study in with_t2w], variant) for members, variant in sets]
    logits, stages = predict(network, rest).of_input(1)
    assert validate(network, studies)["T2W"] == measure(stages.numpy(), logits.softmax(-1).numpy())


def test_validation_without_masks_or_without_a_sequence(network, studies):
    unmasked = without(studies, "s3", variant="liver")
    assert [[study.name for study in members] for members in take_turns(unmasked).values()] == [
        ["s0", "s2", "s3", "s4"],
        ["s1", "s5"],
    ]
    lone = next(study for study in studies if study.name == "s1")
    assert list(validate(network, [lone])) == ["T1W"]
    with pytest.raises(ValueError, match="the split is empty"):
        validate(network, [])


def test_the_network_is_left_as_it_was(network, studies):
    before = {name: value.clone() for name, value in network.state_dict().items()}
    predict(network, [(studies, "liver")])
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_the_table_says_what_the_network_says(network, studies):
    network.stager.temperature.fill_(1.5)
    fit_distribution(network, studies)
    table = predict_table(NetworkModel(network), studies)
    # Five studies of 3 whole answers and 2 · 3 slices, one of 1 and 3, by two variants.
    assert len(table) == 2 * (5 * (3 + 6) + 1 + 3)
    logits, stages = predict(network, [(studies, "liver")]).of_input(2)
    both = table.whole("T1W+T2W", "liver")
    np.testing.assert_allclose(both.probabilities, (logits / 1.5).softmax(-1).numpy(), atol=1e-5)
    assert both.stage.tolist() == stages.tolist()
    larger = np.maximum(*(table.whole(s, "liver").where(np.arange(5) if s == "T2W" else [0, 2, 3, 4, 5]).distance
                          for s in ("T1W", "T2W")))  # fmt: skip
    np.testing.assert_allclose(both.distance, larger, rtol=1e-5)


def test_a_slice_is_asked_as_if_it_were_the_whole_volume(network, studies):
    table = predict_table(NetworkModel(network), studies).slices("T2W", "body")
    one = table.where((table.study == "s3") & (table.slice == 2))
    volume = studies[3].volume("T2W", "body")
    model = NetworkModel(network)
    tokens = model.encode("T2W", volume.read(np.array([2])))[None]
    valid, absent = np.ones((1, 1), np.float32), np.zeros((1, 1), np.float32)
    inputs = {"t1w_tokens": np.zeros_like(tokens), "t1w_positions": absent, "t1w_valid": absent}
    inputs |= {"t2w_tokens": tokens, "t2w_positions": volume.positions[None, 2:], "t2w_valid": valid}
    np.testing.assert_allclose(one.probabilities[0], model.stage(inputs)["probabilities"][0, 1], atol=1e-5)
    assert one.position[0] == volume.positions[2]
    assert table.where(table.study == "s3").attention.sum() == pytest.approx(1, abs=1e-5)


def test_the_distance_is_about_one_where_it_was_fitted_and_zero_for_nothing(network, studies):
    fit_distribution(network, studies)
    distances = predict_table(NetworkModel(network), studies, slices=False)
    for sequence in ("T1W", "T2W"):
        assert distances.whole(sequence).distance.mean() == pytest.approx(1, abs=0.02)


def test_the_command_predicts_from_a_checkpoint(network, tmp_path, monkeypatch, studies):
    seen = Seen.of([], read_studies(tmp_path / "prepared"))
    Checkpoint(network, TrainingConfig(), {}, "tests", "abc", seen).save(tmp_path / "checkpoint.pt")
    words = ["--checkpoint", "checkpoint.pt", "--prepared", "prepared", "--split", "valid", "--out", "out.csv"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["predict", *words])
    command.main()
    assert len(read_predictions(tmp_path / "out.csv").whole("T1W+T2W", "body")) == 6
    # The index says nothing: all of them stopped the training, so none is a test study.
    monkeypatch.setattr(sys, "argv", ["predict", *words[:5], "test", *words[6:]])
    with pytest.raises(ValueError, match="no study of the split test: of its 6 studies the network was trained on 0"):
        command.main()


def test_a_network_of_one_sequence_is_asked_for_that_one_only(network, tmp_path, monkeypatch, studies):
    training = TrainingConfig(sequences="T1W")
    Checkpoint(network, training, {}, "tests", "abc", Seen.of([], [])).save(tmp_path / "checkpoint.pt")
    monkeypatch.chdir(tmp_path)
    words = ["--checkpoint", "checkpoint.pt", "--prepared", "prepared", "--out", "out.csv"]
    monkeypatch.setattr(sys, "argv", ["predict", *words])
    command.main()
    assert set(read_predictions(tmp_path / "out.csv").input) == {"T1W"}
