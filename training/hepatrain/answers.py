"""What a model answers for one prepared study: from all of its slices, and from each slice alone.

A model is a checkpoint's network in PyTorch or a package's graphs in ONNX Runtime; both are asked in the same way.
"""

from collections.abc import Iterable
from typing import Protocol

import numpy as np
import torch

from hepatrain.data.studies import Study
from hepatrain.network.model import StagingNetwork
from hepatrain.package.files import STAGER_INPUTS, STAGER_OUTPUTS
from hepatrain.package.runtime import Package
from hepatrain.predictions import NO_FOLD, PredictionTable, table_of
from hepatrain.vocabulary import INPUTS, SEQUENCES, VARIANTS

Tokens = dict[str, tuple[np.ndarray, np.ndarray]]
"""By sequence that is there: tokens [B, S, D] and positions [B, S] of B studies."""


class Model(Protocol):
    """Encoders and a stager."""

    def encode(self, sequence: str, slices: np.ndarray) -> np.ndarray:
        """float32 [N, 3, H, W] → tokens [N, D]."""

    def stage(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Inputs and outputs of the stager's graph, by name."""


class PackageModel:
    """A package's graphs."""

    def __init__(self, package: Package) -> None:
        """Opened already."""
        self.package = package

    def encode(self, sequence: str, slices: np.ndarray) -> np.ndarray:
        """See `Model`."""
        return self.package.encode(sequence, slices)["tokens"]

    def stage(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """See `Model`."""
        return dict(zip(STAGER_OUTPUTS, self.package.stager.run(STAGER_OUTPUTS, inputs), strict=True))


class NetworkModel:
    """A checkpoint's network."""

    def __init__(self, network: StagingNetwork) -> None:
        """Puts it into eval mode."""
        self.network = network.eval()

    @torch.no_grad()
    def encode(self, sequence: str, slices: np.ndarray) -> np.ndarray:
        """See `Model`."""
        return self.network.encoders[sequence](torch.from_numpy(slices))[0].numpy()

    @torch.no_grad()
    def stage(self, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """See `Model`."""
        values = self.network.stager(*(torch.from_numpy(inputs[name]) for name in STAGER_INPUTS))
        return {name: value.numpy() for name, value in zip(STAGER_OUTPUTS, values, strict=True)}


def stage(model: Model, tokens: Tokens) -> dict[str, np.ndarray]:
    """The stager's outputs for B studies; an absent sequence is one invalid slice of zeros."""
    batch, _, width = next(iter(tokens.values()))[0].shape
    absent = (np.zeros((batch, 1, width), np.float32), np.zeros((batch, 1), np.float32))
    feeds: list[np.ndarray] = []
    for sequence in SEQUENCES:
        values, positions = tokens.get(sequence, absent)
        feeds += [values, positions, np.full(positions.shape, sequence in tokens, np.float32)]
    return model.stage(dict(zip(STAGER_INPUTS, feeds, strict=True)))


def encode(model: Model, study: Study, variant: str) -> Tokens:
    """Tokens of every sequence that was prepared by a variant, a batch of one study."""
    volumes = {sequence: study.volume(sequence, variant) for sequence in SEQUENCES}
    return {
        sequence: (model.encode(sequence, volume.read())[None], volume.positions[None])
        for sequence, volume in volumes.items()
        if volume
    }


def rows_of(model: Model, study: Study, variant: str, slices: bool = True) -> list[dict[str, object]]:
    """Rows of the table of predictions; none where the study was not prepared by the variant."""
    tokens = encode(model, study, variant)
    if not tokens:
        return []
    facts = {"study": study.name, "patient": study.patient, "stage": study.stage, "split": study.split}
    facts |= {"variant": variant, "fold": NO_FOLD if study.fold is None else study.fold}
    answer = stage(model, tokens)
    rows: list[dict[str, object]] = []
    for pattern, (name, needs) in enumerate(INPUTS.items()):
        needed = [column for column, need in enumerate(needs) if need]
        if not all(SEQUENCES[column] in tokens for column in needed):
            continue
        distance = answer["distance"][0, needed].max()
        probabilities = answer["probabilities"][0, pattern]
        rows.append({**facts, "input": name, "probabilities": probabilities, "distance": distance})
    for sequence, (values, positions) in tokens.items() if slices else ():
        alone = stage(model, {sequence: (values[0][:, None], positions[0][:, None])})  # S studies of one slice
        attention = answer[f"{sequence.lower()}_slice_attention"][0]
        of_sequence = alone["probabilities"][:, list(INPUTS).index(sequence)]
        for index, probabilities in enumerate(of_sequence):
            where = {"slice": index, "position": positions[0, index], "attention": attention[index]}
            rows.append({**facts, "input": sequence, **where, "probabilities": probabilities})
    return rows


def predict_table(model: Model, studies: Iterable[Study], slices: bool = True) -> PredictionTable:
    """Every study by every variant that it was prepared by; with or without the rows of lone slices."""
    return table_of(row for study in studies for variant in VARIANTS for row in rows_of(model, study, variant, slices))
