import csv
from dataclasses import replace

import pytest
import torch

from hepatrain.checkpoint import Checkpoint
from hepatrain.config import NetworkConfig, TrainingConfig
from hepatrain.data.batches import whole_batches
from hepatrain.data.seen import Seen
from hepatrain.data.shrink import shrunk
from hepatrain.data.studies import HEALTHY, read_studies
from hepatrain.losses import stage_weights
from hepatrain.network.backbones import make_backbone
from hepatrain.network.model import StagingNetwork
from hepatrain.train import device_of, outcome_of, train, validate
from tests.conftest import without, write_prepared

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
)
BRIEF = replace(TRAINING, coarse_epochs=1, epochs=3, learning_rate=1e-3)


@pytest.fixture(scope="module")
def studies(tmp_path_factory):
    names = [(f"t{n}", STAGES[n % 3], "train") for n in range(24)] + [
        (f"v{n}", STAGES[n % 3], "valid") for n in range(6)
    ]
    return read_studies(write_prepared(tmp_path_factory.mktemp("cohort") / "prepared", names))


def same(one, other) -> bool:
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(first, second) for first, second in pairs)


def test_a_separable_cohort_is_learnt_with_either_sequence_missing(studies):
    network = train(studies, NETWORK, TRAINING)
    for name, figures in validate(network, [study for study in studies if study.split == "valid"]).items():
        assert figures["accuracy"] >= 5 / 6, name


def test_the_same_seed_gives_the_same_weights_and_the_checkpoint_keeps_all(studies, tmp_path):
    first, second = (train(studies, NETWORK, BRIEF, quiet=True) for _ in range(2))
    assert same(first, second)
    assert not same(first, train(studies, NETWORK, replace(BRIEF, seed=8), quiet=True))

    path = tmp_path / "checkpoint.pt"
    seen = Seen.of(studies[:3], studies[3:4])
    Checkpoint(first, BRIEF, {"T1W": {"height": 32}}, "a test", "abc", seen).save(path)
    loaded = Checkpoint.load(path)
    assert (loaded.network.config, loaded.training) == (NETWORK, BRIEF)
    assert (loaded.trained_on, loaded.revision, loaded.seen) == ("a test", "abc", seen)
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == ["checkpoint.pt"]
    assert loaded.preprocessing == {"T1W": {"height": 32}}
    assert same(loaded.network, first)


class StopHereError(Exception):
    pass


@pytest.mark.parametrize("after", (1, 3))
def test_an_interrupted_run_resumes_to_the_same_weights(studies, tmp_path, monkeypatch, after):
    """Interrupted after a coarse epoch, and after a candidate."""
    whole = train(studies, NETWORK, BRIEF, tmp_path / "whole", quiet=True)
    saved = []

    def save_and_stop(folder, state) -> None:
        original(folder, state)
        saved.append(state["epoch"])
        if saved[-1] == after:
            raise StopHereError

    from hepatrain.run_folder import RunFolder

    original = RunFolder.save
    with monkeypatch.context() as patch:
        patch.setattr(RunFolder, "save", save_and_stop)
        with pytest.raises(StopHereError):
            train(studies, NETWORK, BRIEF, tmp_path / "run", quiet=True)
    resumed = train(studies, NETWORK, BRIEF, tmp_path / "run", resume=True, quiet=True)
    assert same(whole, resumed)
    timed = ("steps per s", "slices per s")
    rows = [
        [{key: value for key, value in row.items() if key not in timed} for row in csv.DictReader(file.open())]
        for file in (tmp_path / "whole" / "metrics.csv", tmp_path / "run" / "metrics.csv")
    ]
    assert rows[0] == rows[1]
    assert [row["epoch"] for row in rows[1]] == ["1", "2", "3", "4"]
    with pytest.raises(ValueError, match="was begun with another configuration"):
        train(studies, NETWORK, replace(BRIEF, noise=0.2), tmp_path / "run", resume=True, quiet=True)
    for others in (studies[1:], [replace(s, stage=(s.stage + 1) % 3) if s.name == "t0" else s for s in studies]):
        with pytest.raises(ValueError, match="was begun with other studies or another fold"):
            train(others, NETWORK, BRIEF, tmp_path / "run", resume=True, quiet=True)


def test_a_new_run_leaves_nothing_of_an_earlier_one(studies, tmp_path):
    run = tmp_path / "run"
    (run / "tensorboard").mkdir(parents=True)
    for name in ("last.pt", "checkpoint.pt", "metrics.csv", "tensorboard/old"):
        (run / name).write_text("old")
    (run / "notes.txt").write_text("mine")
    train(studies, NETWORK, replace(BRIEF, coarse_epochs=0, epochs=1), run, quiet=True)
    assert sorted(path.name for path in run.iterdir()) == ["last.pt", "metrics.csv", "notes.txt", "tensorboard"]
    assert not (run / "tensorboard/old").exists()


def test_a_training_that_diverges_says_so(studies):
    with pytest.raises(ValueError, match="diverged in epoch 1"):
        train(studies, NETWORK, replace(BRIEF, learning_rate=1e30, warmup=0), quiet=True)


def test_a_run_leaves_its_curves(studies, tmp_path):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    train(studies, NETWORK, BRIEF, tmp_path / "run", quiet=True)
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == ["last.pt", "metrics.csv", "tensorboard"]
    curves = EventAccumulator(str(tmp_path / "run" / "tensorboard")).Reload()
    assert [event.step for event in curves.Scalars("training/loss")] == [1, 2, 3, 4]
    assert [event.step for event in curves.Scalars("validation/log_loss")] == [2, 3, 4]
    assert {f"accuracy/{name}" for name in ("T1W", "T2W", "T1W+T2W")} <= set(curves.Tags()["scalars"])
    with pytest.raises(FileNotFoundError, match=r"nothing to resume in .*, it has no last\.pt|has no last\.pt"):
        train(studies, NETWORK, BRIEF, tmp_path / "other", resume=True, quiet=True)


def test_one_sequence_can_be_trained_alone(studies):
    config = replace(BRIEF, sequences="T2W")
    torch.manual_seed(config.seed)
    network = train(without(studies, "t0", sequence="T2W"), NETWORK, config, quiet=True)
    torch.manual_seed(config.seed)
    from hepatrain.train import new_network

    fresh = new_network(NETWORK, config)
    assert same(network.encoders["T1W"], fresh.encoders["T1W"])
    assert not same(network.encoders["T2W"], fresh.encoders["T2W"])
    assert list(validate(network, [s for s in studies if s.split == "valid"])) == ["T1W", "T2W", "T1W+T2W"]


def test_every_part_can_be_off_at_once(studies):
    bare = replace(
        NETWORK, fusion=False, attention=False, cross_attention=False, pooling="max", input="2d", ordinal=False
    )
    train(studies, bare, replace(BRIEF, augment=False, epochs=1), quiet=True)


def test_published_weights_are_where_training_begins(tmp_path):
    from hepatrain.train import new_network

    source = make_backbone(NETWORK)
    torch.save(source.state_dict(), tmp_path / "weights.pt")
    network = new_network(NETWORK, replace(BRIEF, pretrained=str(tmp_path / "weights.pt")))
    assert all(same(encoder.backbone, source) for encoder in network.encoders.values())


def test_what_cannot_be_trained_is_refused(studies):
    with pytest.raises(ValueError, match="24 training and 0 validation studies have T1W"):
        train([study for study in studies if study.split == "train"], NETWORK, replace(BRIEF, sequences="T1W"))
    with pytest.raises(ValueError, match="expected at least 30 patients to train on"):
        train(studies, NETWORK, replace(BRIEF, studies_per_step=30))
    with pytest.raises(ValueError, match=r"No training study with T1W\+T2W is severe"):
        train([s for s in studies if s.stage < 2 or s.split == "valid"], NETWORK, BRIEF)
    with pytest.raises(ValueError, match="t0 is healthy"):
        train([replace(s, stage=HEALTHY) if s.name == "t0" else s for s in studies], NETWORK, BRIEF)
    with pytest.raises(ValueError, match=r"t0 is at scale 1\.0, the configuration says 0\.5: pass shrunk"):
        train(studies, NETWORK, replace(BRIEF, scale=0.5))
    small = shrunk(studies, 0.5)
    with pytest.raises(ValueError, match=r"is at scale 0\.5, the configuration says 1\.0"):
        train(small, NETWORK, BRIEF)
    if not torch.cuda.is_available():
        with pytest.raises(ValueError, match="PyTorch sees no GPU"):
            device_of("cuda")


def test_rarer_stages_weigh_more_but_mildly():
    weights = stage_weights(torch.tensor([0] * 16 + [1] * 4 + [2] * 4), 3)
    torch.testing.assert_close(weights[1] / weights[0], torch.tensor(2.0))


def test_mixed_precision_ends_with_the_encoders(studies):
    network = StagingNetwork(NETWORK).eval()
    batch = next(iter(whole_batches(studies[:2], "body")))
    with torch.no_grad():
        half, full = (outcome_of(network, batch, precision).decisions.logits for precision in (torch.bfloat16, None))
    assert half.dtype == torch.float32
    assert 0 < (half - full).abs().max() < 0.1
    # The decision itself is the one of 32 bits: bfloat16 would leave 8 bits of every logit.
    assert not torch.equal(half, half.bfloat16().float())
