"""Studies as padded batches: sampled and augmented for training, whole for measuring."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from hepatrain.config import TrainingConfig
from hepatrain.data.augment import augment
from hepatrain.data.studies import Study, Volume
from hepatrain.network.model import Slices
from hepatrain.vocabulary import SEQUENCES, VARIANTS

Part = tuple[Tensor, Tensor]
"""One volume's slices [S, 3, H, W] and positions [S]."""


class Batch(NamedTuple):
    """B studies."""

    slices: dict[str, Slices]
    """By sequence; absent ones invalid."""
    stages: Tensor
    """int64 [B]."""

    def to(self, device: torch.device) -> "Batch":
        """The same on a device."""
        slices = {sequence: part.to(device) for sequence, part in self.slices.items()}
        return Batch(slices, self.stages.to(device, non_blocking=True))


def pad(parts: list[Part | None], like: Part) -> Slices:
    """Parts of one sequence as one block; `None` is a study without it, all invalid. `like` gives the slice shape."""
    longest = max(1, *(len(part[1]) if part else 0 for part in parts))
    images = torch.zeros(len(parts), longest, *like[0].shape[1:])
    positions, valid = torch.zeros(len(parts), longest), torch.zeros(len(parts), longest)
    for row, part in enumerate(parts):
        if part:
            count = len(part[1])
            images[row, :count], positions[row, :count], valid[row, :count] = part[0], part[1], 1
    return Slices(images, positions, valid)


def collate(studies: list[Study], parts: dict[str, list[Part | None]]) -> Batch:
    """Parts of all sequences as a batch."""
    like = next(part for column in parts.values() for part in column if part)
    slices = {sequence: pad(column, like) for sequence, column in parts.items()}
    return Batch(slices, torch.tensor([study.stage for study in studies]))


def whole_batches(studies: list[Study], variant: str, size: int = 8) -> Iterator[Batch]:
    """Every study that has a volume of this variant, with all slices of those volumes, in order."""

    def part(study: Study, sequence: str) -> Part | None:
        volume = study.volume(sequence, variant)
        return volume and (torch.from_numpy(volume.read()), torch.from_numpy(volume.positions))

    having = [study for study in studies if study.has(variant)]
    for start in range(0, len(having), size):
        members = having[start : start + size]
        yield collate(members, {sequence: [part(study, sequence) for study in members] for sequence in SEQUENCES})


class TrainingSteps(Dataset[Batch]):
    """One epoch: every patient once, in random order, with one study; an incomplete last batch is left out.

    A step's randomness comes from seed, epoch and step alone: neither the number of workers nor an interruption
    changes what a run sees.
    """

    def __init__(self, studies: list[Study], config: TrainingConfig, epoch: int, scale: float = 1.0) -> None:
        """scale: of the sides of the slices."""
        rng = np.random.default_rng((config.seed, epoch))
        of_patient: dict[str, list[Study]] = {}
        for study in studies:
            of_patient.setdefault(study.patient, []).append(study)
        chosen = [own[int(rng.integers(len(own)))] for own in of_patient.values()]
        self.order = [chosen[row] for row in rng.permutation(len(chosen))]
        self.config, self.epoch, self.scale = config, epoch, scale

    def __len__(self) -> int:
        """Steps."""
        return len(self.order) // self.config.studies_per_step

    def __getitem__(self, step: int) -> Batch:
        """The batch of a step, with some slices of every study."""
        if not 0 <= step < len(self):
            raise IndexError(step)
        rng = np.random.default_rng((self.config.seed, self.epoch, step))
        size = self.config.studies_per_step
        members = self.order[step * size : (step + 1) * size]
        columns = zip(*(sample(study, self.config, rng, self.scale) for study in members), strict=True)
        return collate(members, {sequence: list(column) for sequence, column in zip(SEQUENCES, columns, strict=True)})


def training_batches(studies: list[Study], config: TrainingConfig, epoch: int, scale: float = 1.0) -> DataLoader[Batch]:
    """The steps of an epoch, made by `config.workers` processes."""
    return DataLoader(TrainingSteps(studies, config, epoch, scale), batch_size=None, num_workers=config.workers)


def sample(study: Study, config: TrainingConfig, rng: np.random.Generator, scale: float) -> list[Part | None]:
    """Some augmented slices of each sequence; one sequence is left out now and then, never both."""
    volumes = {
        sequence: study.volume_for_training(sequence, VARIANTS[int(rng.random() < config.liver_variant)])
        for sequence in SEQUENCES
    }
    there = [sequence for sequence in SEQUENCES if volumes[sequence]]
    if len(there) > 1 and rng.random() < config.modality_dropout:
        volumes[str(rng.choice(there))] = None
    return [volume and sample_slices(volume, config, rng, scale) for volume in volumes.values()]


def sample_slices(volume: Volume, config: TrainingConfig, rng: np.random.Generator, scale: float) -> Part:
    """A random choice of slices, in order, augmented."""
    count = min(config.slices_per_volume, len(volume.positions))
    rows = np.sort(rng.choice(len(volume.positions), count, replace=False))
    slices = torch.from_numpy(volume.read(rows))
    return augment(slices, config, rng, scale), torch.from_numpy(volume.positions[rows])
