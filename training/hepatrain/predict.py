"""What a network in PyTorch says of prepared studies."""

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

from hepatrain.data.batches import whole_batches
from hepatrain.data.studies import Study
from hepatrain.network.model import StagingNetwork
from hepatrain.vocabulary import INPUTS


class Predictions(NamedTuple):
    """B studies, each for all P of `INPUTS`."""

    logits: Tensor
    """[B, P, K], uncalibrated. Where a study lacks the input they say nothing: use the methods."""
    stages: Tensor
    """True stages, int64 [B]."""
    has: Tensor
    """bool [B, P]: whether the study has every sequence of the input."""

    def of_input(self, row: int) -> tuple[Tensor, Tensor]:
        """Logits [B', K] and stages [B'] of the studies that have an input."""
        has = self.has[:, row]
        return self.logits[has, row], self.stages[has]

    def of_all_inputs(self) -> tuple[Tensor, Tensor]:
        """Logits [N, K] and stages [N] of every input that a study has."""
        return self.logits[self.has], self.stages.unsqueeze(1).expand_as(self.has)[self.has]


@torch.no_grad()
def predict(network: StagingNetwork, sets: Iterable[tuple[list[Study], str]]) -> Predictions:
    """Predictions for sets of studies together, each set as prepared by one variant."""
    network.eval()
    wanted = torch.tensor(list(INPUTS.values()))  # [P, 2]
    logits, stages, has = [], [], []
    for studies, variant in sets:
        for batch in whole_batches(studies, variant):
            decisions = network(batch.slices).decisions
            logits.append(decisions.logits)
            stages.append(batch.stages)
            has.append((decisions.present.bool() == wanted).all(2))
    if not logits:
        raise ValueError("There is no study to predict: the split is empty.")
    return Predictions(torch.cat(logits), torch.cat(stages), torch.cat(has))
