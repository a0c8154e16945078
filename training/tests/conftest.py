"""Small networks and prepared folders that the tests share."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
import torch

from hepatrain.checkpoint import Checkpoint
from hepatrain.config import NetworkConfig, TrainingConfig
from hepatrain.data.seen import Seen
from hepatrain.data.studies import Study, of_split, read_preprocessing, read_studies
from hepatrain.fit_distribution import fit_distribution
from hepatrain.network.model import StagingNetwork
from hepatrain.package.label import Label
from hepatrain.package.pack import Evidence, pack
from hepatrain.vocabulary import SEQUENCES, STAGES, VARIANTS

SIDE = 32
"""Height and width of test slices: the smallest that the encoder takes."""


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)
    torch.set_num_threads(1)


def random_network() -> StagingNetwork:
    """Random weights, and normalisations that do something, as after training."""
    network = StagingNetwork(NetworkConfig())
    for module in network.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, 0, 0.2)
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    return network.eval()


@pytest.fixture
def network() -> StagingNetwork:
    """A new one for every test."""
    return random_network()


LABEL = Label(
    name="a",
    version="1.0.0",
    cohort="patients of one hospital",
    intended_use="Research. Its stages are a radiologist's.",
    licence="CC BY-NC 4.0, as the data.",
    reading="One hospital, one scanner.",
    limits=("One scanner.", "No children."),
    rebuild="rebuild",
    measure="measure",
)
"""A cohort that is no phantoms."""

COHORT = [
    (f"{split}{n}", STAGES[n % 3], split)
    for split, count in (("train", 9), ("valid", 9), ("test", 6))
    for n in range(count)
]


class Packed(NamedTuple):
    """A package and what it came from."""

    checkpoint: Checkpoint
    prepared: Path
    folder: Path


@pytest.fixture(scope="session")
def packed(tmp_path_factory) -> Packed:
    """Exporting takes half a minute: once for all tests, which change nothing of it."""
    folder = tmp_path_factory.mktemp("packed")
    torch.manual_seed(1)  # another network than the tests' own
    network, prepared = random_network(), write_prepared(folder / "prepared", COHORT)
    studies = read_studies(prepared)
    known, stopping = of_split(studies, "train"), of_split(studies, "valid")
    fit_distribution(network, known)
    network.stager.temperature.fill_(1.5)
    origin = (read_preprocessing(prepared), "a cohort of tests", "abc", Seen.of(known, stopping))
    checkpoint = Checkpoint(network, TrainingConfig(), *origin)
    pack(checkpoint, Evidence(prepared), LABEL, folder / "package")
    return Packed(checkpoint, prepared, folder / "package")


def write_prepared(folder: Path, studies: list[tuple[str, str, str]], slices: int = 3) -> Path:
    """A prepared folder as `hepastage prepare` writes it, of (name, stage, split). Brightness tells the stage."""
    rng = np.random.default_rng(0)
    (folder / "tensors").mkdir(parents=True)
    items = []
    for name, stage, split in studies:
        for sequence in SEQUENCES:
            for variant in VARIANTS:
                tensor = f"tensors/{name}.{sequence.lower()}.{variant}.npy"
                values = rng.standard_normal((slices, 3, SIDE, SIDE)) * 0.3 + STAGES.index(stage)
                np.save(folder / tensor, values.astype(np.float32))
                labels = {"study": name, "sequence": sequence, "variant": variant, "stage": stage, "split": split}
                positions = ((np.arange(slices) + 0.5) / slices).tolist()
                sha256 = hashlib.sha256((folder / tensor).read_bytes()).hexdigest()
                items.append({**labels, "tensor": tensor, "slices": slices, "positions": positions, "sha256": sha256})
    preprocessing = {sequence: {"height": SIDE, "width": SIDE} for sequence in SEQUENCES}
    (folder / "index.json").write_text(json.dumps({"preprocessing": preprocessing, "items": items, "refused": []}))
    return folder


def without(studies: list[Study], name: str, sequence: str = "", variant: str = "") -> list[Study]:
    """The same studies, where one of them lacks the volumes of a sequence or of a variant."""

    def keep(key: tuple[str, str]) -> bool:
        return key[0] != sequence and key[1] != variant

    return [
        replace(s, volumes={key: volume for key, volume in s.volumes.items() if keep(key)}) if s.name == name else s
        for s in studies
    ]
