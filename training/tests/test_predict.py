import pytest
import torch

from hepatrain.calibrate import fit_temperature, set_temperature
from hepatrain.data.studies import read_studies
from hepatrain.metrics import measure
from hepatrain.predict import predict
from hepatrain.train import take_turns, validate
from tests.conftest import without, write_prepared

NAMES = [(f"s{n}", ("mild", "moderate", "severe")[n % 3], "valid") for n in range(6)]


@pytest.fixture
def studies(tmp_path):
    """s1 has no T2W."""
    return without(read_studies(write_prepared(tmp_path, NAMES)), "s1", sequence="T2W")


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
