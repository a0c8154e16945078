import torch

from hepatrain.checkpoint import Checkpoint
from hepatrain.config import NetworkConfig, TrainingConfig
from hepatrain.data.studies import read_studies
from hepatrain.losses import stage_weights
from hepatrain.train import train, validate
from tests.conftest import write_prepared

STAGES = ("mild", "moderate", "severe")
NETWORK = NetworkConfig(widths=(8, 8, 16, 16, 16), fused=16, token=16)
TRAINING = TrainingConfig(
    coarse_epochs=5,
    epochs=5,
    learning_rate=3e-3,
    studies_per_step=6,
    slices_per_volume=2,
    modality_dropout=0.1,
    threads=1,
    bias=0,
)


def cohort(folder):
    studies = [(f"t{n}", STAGES[n % 3], "train") for n in range(24)] + [
        (f"v{n}", STAGES[n % 3], "valid") for n in range(6)
    ]
    return read_studies(write_prepared(folder, studies))


def test_a_separable_cohort_is_learnt_with_either_sequence_missing(tmp_path):
    studies = cohort(tmp_path / "prepared")
    network = train(studies, NETWORK, TRAINING)
    for name, figures in validate(network, [study for study in studies if study.split == "valid"]).items():
        assert figures["accuracy"] >= 5 / 6, name


def test_the_same_seed_gives_the_same_weights_and_the_checkpoint_keeps_all(tmp_path):
    studies = cohort(tmp_path / "prepared")
    brief = TrainingConfig(coarse_epochs=0, epochs=1, studies_per_step=6, slices_per_volume=2, threads=1)
    first, second = train(studies, NETWORK, brief), train(studies, NETWORK, brief)
    for one, other in zip(first.state_dict().values(), second.state_dict().values(), strict=True):
        assert torch.equal(one, other)

    path = tmp_path / "checkpoint.pt"
    Checkpoint(first, brief, {"T1W": {"height": 32}}, "a test", "abc").save(path)
    loaded = Checkpoint.load(path)
    assert (loaded.network.config, loaded.training) == (NETWORK, brief)
    assert (loaded.trained_on, loaded.revision) == ("a test", "abc")
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["checkpoint.pt"]
    assert loaded.preprocessing == {"T1W": {"height": 32}}
    assert torch.equal(loaded.network.stager.temperature, first.stager.temperature)


def test_rarer_stages_weigh_more_but_mildly():
    weights = stage_weights(torch.tensor([0] * 16 + [1] * 4 + [2] * 4), 3)
    torch.testing.assert_close(weights[1] / weights[0], torch.tensor(2.0))
